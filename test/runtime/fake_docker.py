"""Stands for the docker client, and for the containers it runs: separate processes, whose records lie in FAKE_DOCKER.

The image's name says how its container behaves: `sha256:ok`, `sha256:exit`, `sha256:slow`, …; see `Container`.
"""

import http.server
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time

HOME = os.environ["FAKE_DOCKER"]
WITH_VALUE = ("--pull", "--name", "--label", "--publish", "--mount", "--env-file", "--env", "--security-opt", "--tmpfs")
WITH_VALUE += ("--cap-drop", "--log-driver", "--cpus", "--memory", "--memory-swap")


def main(command, *words):
    with open(os.path.join(HOME, "calls"), "a", encoding="utf-8") as calls:
        calls.write(json.dumps([command, *words]) + "\n")
    {"run": run, "container": contain, "inspect": inspect, "stop": stop, "rm": rm, "ps": ps}[command](*words)


def run(*words):
    flags, rest = [], list(words)
    while rest[0].startswith("--"):
        name = rest.pop(0)
        flags.append((name, rest.pop(0) if name in WITH_VALUE else ""))
    given = {name: value for name, value in flags}
    if os.path.exists(os.path.join(HOME, "refuses")):
        print("docker: the daemon does not answer", file=sys.stderr)
        sys.exit(125)
    record = {
        "image": rest[0],
        "name": given["--name"],
        "flags": flags,
        "mounts": {mount.split("target=")[1]: mount.split('"')[1][len("source=") :] for n, mount in flags if n == "--mount"},
        "labels": dict(value.split("=", 1) for name, value in flags if name == "--label"),
        "environment": {**lines_of(given["--env-file"]), **{v: os.environ[v] for n, v in flags if n == "--env"}},
        "stdin": sys.stdin.read() if "--interactive" in given else None,
    }
    write(record)
    child = subprocess.Popen(
        [sys.executable, "-S", __file__, "container", given["--name"]], stdin=subprocess.DEVNULL, start_new_session=True
    )
    code = child.wait()
    forget(given["--name"])
    sys.exit(code if code >= 0 else 128 - code)


def lines_of(file):
    with open(file, encoding="utf-8") as opened:
        return dict(line.rstrip("\n").split("=", 1) for line in opened)


def contain(name):
    Container(read(name)).run()


class Container:
    """`exit` ends at once; `sample` as after a wrong sample; `link` with a link as its report; `slow` waits for the file `go on`; `sick` is not healthy."""

    def __init__(self, record):
        self.record, self.way = record, record["image"].rpartition(":")[2]
        self.answering, self.server = 0, None

    def run(self):
        self.record["pid"] = os.getpid()
        write(self.record)
        print(f"container of {self.record['image']} starts", flush=True)
        if self.way == "exit":
            sys.exit(7)
        if self.way == "sample":
            self.report("boot-error.json", {"failures": [{"sample": "a.json", "problem": "wrong", "log": ""}]})
            sys.exit(3)
        if self.way == "link":
            os.symlink(os.path.join(HOME, "private.json"), self.place("boot-error.json"))
            sys.exit(3)
        while self.way == "slow" and not os.path.exists(os.path.join(HOME, "go on")):
            time.sleep(0.01)
        handler = type("Handler", (Handler,), {"container": self})
        self.server = Server(("127.0.0.1", 0), handler)
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=self.end).start())
        self.record["port"] = self.server.server_address[1]
        write(self.record)
        for worker in range(int(self.record["environment"]["WORKER_COUNT"])):
            self.report(f"ready-{7 + worker}.json", {})
        self.server.serve_forever(0.01)
        while self.answering:
            time.sleep(0.01)

    def end(self):
        """As the server in an image: it stops listening at once, which resets those whom it has not accepted."""
        self.server.socket.close()
        self.server.shutdown()
        for worker in range(int(self.record["environment"]["WORKER_COUNT"])):
            self.report(f"closed-{7 + worker}.json", {})

    def place(self, name):
        return os.path.join(self.record["mounts"]["/run/scorestack/reports"], name)

    def report(self, name, content):
        with open(self.place(name), "w", encoding="utf-8") as file:
            json.dump(content, file)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(http.server.BaseHTTPRequestHandler):
    container = None

    def do_GET(self):
        self.container.answering += 1
        try:
            self.answer()
        finally:
            self.container.answering -= 1

    def answer(self):
        if self.path == "/crash":
            os._exit(9)
        if self.path == "/slow":
            time.sleep(0.5)
        record = self.container.record
        keys = os.path.join(record["mounts"]["/run/scorestack/given,readonly"], "keys.json")
        content = {**record, "keys": open(keys, encoding="utf-8").read() if os.path.exists(keys) else None}
        body = json.dumps(content).encode()
        self.send_response(503 if self.container.way == "sick" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def inspect(_, form, name):
    record = read(name)
    assert form == "{{.State.Pid}} {{json .NetworkSettings.Ports}}", form
    print(record["pid"], json.dumps({"5001/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(record["port"])}]}))


def stop(_, seconds, name):
    pid = read(name)["pid"]
    os.kill(pid, signal.SIGTERM)
    give_up = time.monotonic() + float(seconds)
    while os.path.exists(path_of(name)) and time.monotonic() < give_up:
        time.sleep(0.01)
    if os.path.exists(path_of(name)):
        os.kill(pid, signal.SIGKILL)


def rm(_, *names):
    for name in names:
        record = read(name)
        if "pid" not in record:
            sys.exit(f"{name} is being made")
        forget(name)
        try:
            os.killpg(record["pid"], signal.SIGKILL)
        except ProcessLookupError:
            pass


def ps(*words):
    label = words[words.index("--filter") + 1].partition("=")[2]
    for file in os.listdir(HOME):
        if file.endswith(".json"):
            record = read(file[: -len(".json")])
            if label in [f"{name}={value}" for name, value in record["labels"].items()]:
                print(record["name"], record["labels"]["scorestack.front"])


def path_of(name):
    return os.path.join(HOME, f"{name}.json")


def read(name):
    try:
        with open(path_of(name), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        sys.exit(f"Error: No such container: {name}")


def write(record):
    partial = os.path.join(HOME, f".{record['name']}.{os.getpid()}")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(record, file)
    os.replace(partial, path_of(record["name"]))


def forget(name):
    try:
        os.remove(path_of(name))
    except FileNotFoundError:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
