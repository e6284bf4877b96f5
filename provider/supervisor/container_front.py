"""Stands before a revision's container as its server: starts it, hands connections on to it, ends it. One for each start.

    python container_front.py SETTINGS

SETTINGS is JSON:

    {"image": "sha256:…", "service": "churn", "folder": "…/services/churn", "workers": 1, "keysFile": FILE,
     "cpuCores": 0.5, "memoryInGb": 1.5, "drainSeconds": 30}

The supervisor starts it in place of a server, and treats it as one: the listening socket is descriptor 3, a folder for
reports and the pipe of secret variables are named in the environment. Variables of the container have names there that
begin with CONTAINER_. Its folder of reports has one of the container in it, where the workers inside report as they
would to the supervisor. Standard library only; Python 3.9 or later on Linux or macOS.
"""

import asyncio
import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import stat
import sys
import threading
import time

from container import DOCKER_FAILED, KEYS_FILE, Container, DockerProblem, variables_of
from files import stamp, write_json
from relay import Relay

LISTENER = 3
POLL_SECONDS = 0.05
SETTLE_SECONDS = 0.5  # for what was connected just now to send its request
LARGEST_ERROR = 1024 * 1024  # in bytes
FLUSH_SECONDS = 5  # for clients to take what the container has sent
PR_SET_PDEATHSIG = 1


class Front:
    def __init__(self, settings, reports):
        self._settings, self._reports = settings, reports
        # Anybody, because the container's user is nobody here; the folder around them is ours alone.
        self._shared, self._given = _make_folder(reports, "container", 0o777), _make_folder(reports, "given", 0o755)
        open(os.path.join(self._shared, "admitted"), "w").close()
        name = f"scorestack-{settings['service']}-{os.path.basename(reports)}"
        revision = os.path.basename(reports).partition("-")[0]
        self._container = Container({**settings, "revision": revision}, name, self._shared, self._given)
        self._relay, self._is_told_to_end, self._keys_stamp = None, asyncio.Event(), None

    async def run(self):
        """The container's exit code."""
        self._copy_keys()
        secrets = os.environ.get("SCORESTACK_SECRETS_FD")
        await self._container.start(variables_of(os.environ), None if secrets is None else int(secrets))
        if secrets is not None:
            os.close(int(secrets))
        ended = asyncio.ensure_future(self._container.wait())
        keys, serving = asyncio.ensure_future(self._follow_keys()), asyncio.ensure_future(self._serve())
        await asyncio.wait([ended, serving], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        code = await ended
        serving.cancel()
        keys.cancel()
        await self._finish()
        if not self._is_told_to_end.is_set():
            print(f"the container ended by itself (exit code {code})", flush=True)
        return code if code >= 0 else DOCKER_FAILED

    async def _serve(self):
        """From the proof until the container is told to end."""
        address, pid = await self._proven()
        write_json(os.path.join(self._reports, "container.json"), {"name": self._container.name, "pid": pid})
        self._relay = Relay(socket.socket(fileno=LISTENER), address)
        self._report("ready")
        await self._until(lambda: os.path.exists(os.path.join(self._reports, "admitted")))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._is_told_to_end.set)
        self._relay.start()
        await self._is_told_to_end.wait()
        await self._drain()

    async def _proven(self):
        """Waits until every worker inside has answered its sample requests and the container answers out here."""
        await self._until(lambda: len(self._inside("ready")) >= self._settings["workers"])
        address, pid = await self._container.address()
        while not await _is_healthy(*address):
            await asyncio.sleep(POLL_SECONDS)
        return address, pid

    async def _drain(self):
        """What is on its way into the container would be reset if that stopped listening: it gets there first."""
        patience = self._settings["drainSeconds"]
        self._relay.stop_accepting()
        await asyncio.sleep(SETTLE_SECONDS)
        await self._relay.until(self._relay.is_settled, patience)
        closing = asyncio.ensure_future(self._report_closed(self._inside("closed")))
        # Longer than the server's own patience, so that it ends by itself.
        await self._container.stop(patience + 5)
        closing.cancel()

    async def _report_closed(self, before):
        await self._until(lambda: len(self._inside("closed") - before) >= self._settings["workers"])
        self._report("closed")

    async def _finish(self):
        if self._relay:
            self._relay.stop_accepting()
            await self._relay.until(self._relay.is_idle, FLUSH_SECONDS)
        error = _read_from_container(os.path.join(self._shared, "boot-error.json"))
        if error is not None:
            with open(os.path.join(self._reports, "boot-error.json"), "wb") as file:
                file.write(error)

    async def _follow_keys(self):
        while True:
            self._copy_keys()
            await asyncio.sleep(POLL_SECONDS)

    def _copy_keys(self):
        """The server's file of digests is only its owner's to read, who is another one inside."""
        source, target = self._settings.get("keysFile"), os.path.join(self._given, KEYS_FILE)
        found = stamp(source) if source else None
        if found and found != self._keys_stamp:
            shutil.copyfile(source, f"{target}.partial")
            os.chmod(f"{target}.partial", 0o644)
            os.replace(f"{target}.partial", target)
            self._keys_stamp = found

    def _inside(self, what):
        """Names of what the workers inside have reported."""
        return {name for name in os.listdir(self._shared) if name.startswith(f"{what}-")}

    def _report(self, what):
        write_json(os.path.join(self._reports, f"{what}-{os.getpid()}.json"), {"pid": os.getpid(), "at": time.time()})

    async def _until(self, condition):
        while not condition():
            await asyncio.sleep(POLL_SECONDS)


def _make_folder(home, name, mode):
    folder = os.path.join(home, name)
    os.mkdir(folder)
    os.chmod(folder, mode)
    return folder


def _read_from_container(path):
    """A file that it has written, which may be anything: a link out of the folder is none, and nothing is waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        return file.read(LARGEST_ERROR) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


async def _is_healthy(host, port):
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        line = await reader.readline()
        writer.close()
        return line.split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def _end_with(supervisor):
    """Ends this process when its supervisor does, however that ends; the container's guard does the rest."""

    def watch():
        while os.getppid() == supervisor:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            sys.exit(0)
    else:
        threading.Thread(target=watch, daemon=True).start()


def _raise_file_limit():
    """Each connection takes two."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if sys.platform == "linux" else min(hard, 10240), hard))
    except (ValueError, OSError):
        pass


async def _main(settings):
    try:
        return await Front(settings, os.environ["SCORESTACK_REPORT_DIR"]).run()
    except DockerProblem as problem:
        print(problem, flush=True)
        return DOCKER_FAILED


if __name__ == "__main__":
    _end_with(int(os.environ["SCORESTACK_SUPERVISOR_PID"]))
    _raise_file_limit()
    sys.exit(asyncio.run(_main(json.loads(sys.argv[1]))))
