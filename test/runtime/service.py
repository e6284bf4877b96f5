"""A service's folder with a supervisor, for tests."""

import atexit
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
FAKE_SERVER = os.path.join(HERE, "fake_server.py")
SCRIPT = """
import json
import sys
sys.path.insert(0, sys.argv[1])
import supervisor
for name, value in zip(sys.argv[3::2], sys.argv[4::2]):
    setattr(supervisor, name, json.loads(value))
supervisor.main(sys.argv[2])
"""
PATIENCE_SECONDS = 60


class Service:
    """`desire` says what should answer; a supervisor of its own makes it so. `constants` are the supervisor's."""

    def __init__(self, port=None, **constants):
        self.folder = tempfile.mkdtemp(prefix="scorestack-supervisor-")
        self.port, self.serial, self._constants = port or free_port(), 0, constants
        self._supervisors, self._groups = [], set()
        atexit.register(self.stop)

    def start(self):
        constants = [str(part) for pair in self._constants.items() for part in pair]
        argv = [sys.executable, "-S", "-c", SCRIPT, os.path.join(PROJECT, "provider", "supervisor"), self.folder, *constants]
        self._supervisors.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL))
        return self._supervisors[-1]

    @property
    def supervisor(self):
        return self._supervisors[-1]

    def desire(self, name, *ways, revision=None, **changes):
        """Asks for a fake server with these ways; returns the serial."""
        self.serial += 1
        desired = {
            "serial": self.serial,
            "port": self.port,
            "revision": revision or self.serial,
            "argv": [sys.executable, "-S", FAKE_SERVER, name, *ways],
            "env": {"PATH": os.environ["PATH"]},
            "cwd": self.folder,
            "workers": 1,
            "startTimeoutSeconds": 60,
            "drainSeconds": 5,
            **changes,
        }
        self.write(json.dumps(desired))
        return self.serial

    def desire_azmlinfsrv(self, app, workers=1, environment=None, **changes):
        """Asks for the real server in a folder with a score.py; returns the serial."""
        server = ["-m", "azureml_inference_server_http", "--entry_script", "score.py", "--port", str(self.port)]
        env = {
            "PATH": os.environ["PATH"],
            "AML_APP_ROOT": app,
            "AZUREML_MODEL_DIR": app,
            "GUNICORN_CMD_ARGS": f"-c '{os.path.join(PROJECT, 'runtime', 'gunicorn_conf.py')}'",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            **(environment or {}),
        }
        argv = [sys.executable, *server, "--worker_count", str(workers)]
        changes = {"drainSeconds": 60, **changes}
        return self.desire("", argv=argv, env=env, cwd=app, workers=workers, **changes)

    def write(self, text):
        partial = os.path.join(self.folder, "desired.new")
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, os.path.join(self.folder, "desired.json"))

    def status(self):
        try:
            with open(os.path.join(self.folder, "status.json"), encoding="utf-8") as file:
                status = json.load(file)
        except FileNotFoundError:
            return None
        self._groups.update(server["pid"] for server in (status["server"], status["candidate"]) if server)
        return status

    def wait(self, what, condition):
        """The first status that fulfils `condition`."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            status = self.status()
            if status and condition(status):
                return status
            time.sleep(0.01)
        raise AssertionError(f"{what} did not come: {self.status()}\n{self.log()[-3000:]}")

    def settle(self, serial=None):
        serial = serial or self.serial
        return self.wait(f"serial {serial}", lambda status: status["serial"] == serial)

    def up(self, name, *ways, **changes):
        """A started service whose first server answers."""
        self.desire(name, *ways, **changes)
        self.start()
        return self.settle()

    def ask(self, path="/", port=None):
        return ask(port or self.port, path)

    def log(self):
        with open(os.path.join(self.folder, "log", "service.log"), encoding="utf-8") as file:
            return file.read()

    def touch(self, name):
        open(os.path.join(self.folder, name), "w").close()

    def stop(self):
        """Ends what this service started, whatever state a failed test left it in."""
        atexit.unregister(self.stop)
        self.status()
        for supervisor in self._supervisors:
            if supervisor.poll() is None:
                supervisor.terminate()
                try:
                    supervisor.wait(20)
                except subprocess.TimeoutExpired:
                    supervisor.kill()
                    supervisor.wait()
        for group in self._groups:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def ask(port, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_alive(pid):
    """False for a zombie too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return sys.platform != "linux"


def wait_until(condition, what="what was waited for"):
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError(f"{what} did not come")
        time.sleep(0.01)
