"""Stands for `azmlinfsrv` where only the supervisor is tested: takes the socket, reports, waits to be admitted, answers.

    fake_server.py NAME [WAY ...]   ways: exit, hang, slow, stubborn, child, fragile
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "runtime"))
from secret_variables import take_secret_variables  # noqa: E402

name, ways = sys.argv[1], sys.argv[2:]
reports = os.environ["SCORESTACK_REPORT_DIR"]
assert (os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"]) == ("1", str(os.getpid()))
take_secret_variables()
token = os.environ.get("TOKEN")
print(f"{name} starts", flush=True)
if token:
    print(f"it was given {token[:40]}", flush=True)
if "exit" in ways:
    sys.exit("it exits")
if "hang" in ways:
    time.sleep(600)
if "slow" in ways:
    while not os.path.exists("go on"):
        time.sleep(0.01)

stopping = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
listener = socket.socket(fileno=3)
listener.listen(2048)
listener.settimeout(0.02)
child = subprocess.Popen(["sleep", "600"]).pid if "child" in ways else None
open(os.path.join(reports, f"ready-{os.getpid()}.json"), "w").close()
while not os.path.exists(os.path.join(reports, "admitted")) and not stopping.is_set():
    time.sleep(0.005)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return open(f"/proc/{pid}/stat", encoding="utf-8").read().split()[2] != "Z"


def answer(connection):
    with connection:
        connection.settimeout(10)
        path = connection.recv(65536).split()[1].decode()
        if path == "/slow":
            time.sleep(0.5)
        if path == "/crash":
            os._exit(9)
        body = json.dumps({"name": name, "pid": os.getpid(), "child": child, "childLives": bool(child and is_alive(child)), "token": token})
        connection.sendall(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


threads = []
while not stopping.is_set() or "stubborn" in ways:
    if "fragile" in ways:
        sys.exit("it is fragile")
    try:
        connection, _ = listener.accept()
    except socket.timeout:
        continue
    threads.append(threading.Thread(target=answer, args=(connection,)))
    threads[-1].start()
listener.close()
open(os.path.join(reports, f"closed-{os.getpid()}.json"), "w").close()
for thread in threads:
    thread.join()
print(f"{name} ends", flush=True)
