"""Takes the place of provider/supervisor/supervisor.py in the bench's clone, where a thousand servers would not fit.

    python supervisor.py SERVICE_FOLDER

The first one goes on as a process that answers for every service: it writes their status.json and answers `/` and
`/version` on their ports. Each later one tells that process of its folder, and ends. No scorer is loaded.
"""

import asyncio
import fcntl
import json
import os
import signal
import socket
import sys
import time

from files import read_json, remove, write_json
from server import process_start

EXIT_PORT = 5
STATUS = {"state": "running", "candidate": None, "restarts": 0, "failure": None}


def main(folder):
    home = os.path.dirname(os.path.dirname(os.path.abspath(folder)))
    os.chdir(home)
    with open("stand-in.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_there():
            _start(lock)
    with socket.socket(socket.AF_UNIX) as shared:
        shared.connect("stand-in.sock")
        shared.sendall(f"{os.path.abspath(folder)}\n".encode())
        sys.exit(int(shared.makefile().readline() or EXIT_PORT))


def _is_there():
    with socket.socket(socket.AF_UNIX) as shared:
        return shared.connect_ex("stand-in.sock") == 0


def _start(lock):
    remove("stand-in.sock")
    if os.fork() == 0:
        os.setsid()
        lock.close()  # or the lock would be held as long as this process lives
        asyncio.run(Shared().run())
        os._exit(0)
    while not _is_there():
        time.sleep(0.01)


class Shared:
    """Answers for all services of the clone."""

    def __init__(self):
        self._me = {"pid": os.getpid(), "pidStartedAt": process_start(os.getpid())}
        self._folders, self._ports, self._ended = set(), set(), asyncio.Event()

    async def run(self):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._ended.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: [self._publish(folder) for folder in self._folders])
        await asyncio.start_unix_server(self._take, "stand-in.sock")
        await self._ended.wait()
        for folder in self._folders:
            remove(os.path.join(folder, "status.json"))

    async def _take(self, reader, writer):
        folder = (await reader.readline()).decode().strip()
        if folder:
            writer.write(f"{await self._serve(folder)}\n".encode())
        writer.close()

    async def _serve(self, folder):
        port = read_json(os.path.join(folder, "desired.json"))["port"]
        try:
            if port not in self._ports:
                await asyncio.start_server(lambda *streams: self._answer(folder, *streams), "127.0.0.1", port)
                self._ports.add(port)
        except OSError:
            return EXIT_PORT
        self._folders.add(folder)
        self._publish(folder)
        return 0

    def _publish(self, folder):
        desired = read_json(os.path.join(folder, "desired.json"))
        told = {key: desired[key] for key in ("serial", "revision")}
        server = {"pid": self._me["pid"], "startedAt": time.time()}
        write_json(os.path.join(folder, "status.json"), {**self._me, **STATUS, **told, "server": server})

    async def _answer(self, folder, reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        identity = read_json(os.path.join(folder, "desired.json"))["env"]["SCORESTACK_IDENTITY"]
        body = json.dumps(json.loads(identity)) if request.startswith(b"GET /version ") else "Healthy"
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
