"""Keeps one local service answering: owns its socket, starts its server, replaces it, restarts it.

    python supervisor.py SERVICE_FOLDER

SERVICE_FOLDER/desired.json says what should answer:

    {"serial": 7, "port": 5001, "revision": 3, "argv": [...], "env": {...}, "cwd": "...", "workers": 1,
     "image": FOLDER, "startTimeoutSeconds": 300, "drainSeconds": 30, "secrets": {"names": [...], "salt": "...", "digest": "..."}}

and SERVICE_FOLDER/status.json says what does:

    {"pid", "pidStartedAt", "state": "starting|running|restarting|failed", "serial", "revision",
     "server": {"pid", "startedAt", "reports"}, "candidate": {…, "serial", "revision"}, "restarts",
     "failure": {"serial", "revision", "problem", "boot", "log"}}

`serial` is that of the last desired.json that took over or failed; `revision` that of the server that answers or is
brought back. A new revision starts on the same listening socket beside the old one and takes over once every worker of
it has answered its sample requests; it is said to answer once the old one answers nothing new, which then drains. When it
fails, the old one goes on. Whatever starts, the server that answers is watched, and a newer desired.json replaces the
candidate; one that wants what answers already withdraws it. SIGHUP: read desired.json again. SIGTERM: end the server
and this process. The values of `secrets` are written to SERVICE_FOLDER/secrets.fifo, a JSON line of
{"digest", "values"}. Standard library only; Python 3.9 or later on Linux or macOS.
"""

import errno
import fcntl
import os
import select
import shutil
import signal
import socket
import sys
import threading
import time

from files import open_log, read_json, remove, stamp, write_json
from secret_channel import SecretVariables
from server import Server, exit_words, process_start

BACKOFF_SECONDS, BACKOFF_LIMIT_SECONDS = 0.5, 30.0
STEADY_SECONDS = 60.0  # a server that ran this long starts again with no back-off
MAX_RESTARTS = 8  # in a row
CLOSE_SECONDS = 3.0  # for an old server to answer nothing new, before the new one is said to answer
SECRETS_SECONDS = 10.0  # for secret variables to arrive
BIND_SECONDS = 3.0  # the server of a supervisor that was killed takes a moment to let go of the port
EXIT_LOCKED, EXIT_PORT = 4, 5


def main(folder):
    os.chdir(folder)
    lock = open("supervisor.lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(EXIT_LOCKED)
    shutil.rmtree("reports", ignore_errors=True)
    os.makedirs("reports")
    Supervisor(open_log()).run()


class Supervisor:
    """`_server` answers; `_candidate` is to take over from it; `_revival` is to bring it back after a crash."""

    def __init__(self, log):
        self._log = log
        self._me = {"pid": os.getpid(), "pidStartedAt": process_start(os.getpid())}
        self._read, self._written, self._listener, self._port = None, None, None, None
        self._desired, self._server, self._candidate, self._revival = None, None, None, None
        self._serial, self._failure, self._restarts, self._in_a_row, self._restart_at = 0, None, 0, 0, None
        self._endings, self._closing, self._close_by, self._stopping = [], None, 0.0, False
        self._secrets, self._secrets_by, self._stamp, self._told = SecretVariables(log), None, None, None

    def run(self):
        woken = self._handle_signals()
        try:
            while not self._stopping:
                self._step()
                self._publish()
                hurries = self._candidate or self._revival or self._closing
                select.select([woken], [], [], 0.02 if hurries else 0.2)
                _drain(woken)
        finally:
            self._end_all()
            self._secrets.close()
            remove("status.json")

    def _handle_signals(self):
        """A pipe that is readable after each signal; a handler may run anywhere, so it does nothing but take note."""
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        return woken

    def _stop(self, *_):
        self._stopping = True

    def _step(self):
        desired = read_json("desired.json")
        if desired and desired != self._read and self._has_secrets(desired):
            self._read = desired
            self._begin(desired)
        self._watch_candidate()
        self._watch_server()
        self._watch_revival()
        self._endings = [thread for thread in self._endings if thread.is_alive()]

    def _has_secrets(self, desired):
        """False while the values are on their way; without them the candidate fails."""
        self._secrets.receive(desired, self._desired, self._candidate and self._candidate.desired)
        if self._secrets.find(desired) is None:
            self._secrets_by = self._secrets_by or time.monotonic() + SECRETS_SECONDS
            if time.monotonic() < self._secrets_by:
                return False
        self._secrets_by = None
        return True

    def _begin(self, desired):
        if self._candidate:
            self._log.info("revision %s is withdrawn", self._candidate.desired["revision"])
            self._retire(self._candidate)
            self._let_go(self._candidate.listener)
            self._candidate = None
        if self._server and _same(desired, self._desired):
            self._serial = desired["serial"]
            return
        listener, secrets = None, self._secrets.find(desired)
        if secrets is None:
            self._fail(desired, f"secret environment variables were not given: {', '.join(desired['secrets']['names'])}")
            return
        try:
            listener = self._listener_on(desired["port"])
            self._candidate = Server(desired, listener, self._log, secrets)
        except OSError as problem:
            self._let_go(listener)
            self._fail(desired, f"the server could not be started: {problem}")

    def _watch_candidate(self):
        candidate = self._candidate
        if not candidate:
            return
        problem = candidate.start_problem()
        if problem:
            self._candidate = None
            self._let_go(candidate.listener)
            self._fail(candidate.desired, problem, candidate)
        elif candidate.is_ready():
            self._candidate = None
            self._take_over(candidate)

    def _take_over(self, candidate):
        candidate.admit()
        self._retire(self._server)
        self._retire(self._revival)
        self._closing, self._close_by = self._server, time.monotonic() + CLOSE_SECONDS
        self._desired, self._server, self._revival = candidate.desired, candidate, None
        self._serial, self._failure = candidate.desired["serial"], None
        self._restarts, self._in_a_row, self._restart_at = 0, 0, None
        self._use(candidate.listener)
        self._log.info("revision %s answers (pid %s)", candidate.desired["revision"], candidate.process.pid)

    def _fail(self, desired, problem, candidate=None):
        """Whatever answered before goes on."""
        self._log.info("revision %s did not take over: %s", desired["revision"], problem)
        self._serial = desired["serial"]
        self._failure = _failure(desired, problem, candidate)
        self._refuse_connections()

    def _watch_server(self):
        server = self._server
        if not server or server.process.poll() is None:
            return
        self._server = None
        self._in_a_row = 0 if server.seconds_answered > STEADY_SECONDS else self._in_a_row + 1
        self._crashed(f"the server ended by itself ({exit_words(server.process.returncode)})", server)

    def _watch_revival(self):
        revival = self._revival
        if not revival:
            if self._restart_at is not None and time.monotonic() >= self._restart_at:
                self._revive()
            return
        problem = revival.start_problem()
        if problem:
            self._revival = None
            self._in_a_row += 1
            self._crashed(problem, revival)
        elif revival.is_ready():
            revival.admit()
            self._server, self._revival, self._restart_at, self._failure = revival, None, None, None
            self._log.info("revision %s answers again (pid %s)", self._desired["revision"], revival.process.pid)

    def _revive(self):
        self._restarts += 1
        try:
            self._revival = Server(self._desired, self._listener, self._log, self._secrets.find(self._desired))
        except OSError as problem:
            self._in_a_row += 1
            self._crashed(f"the server could not be started: {problem}")

    def _crashed(self, problem, server=None):
        """Plans the next try, later after each one in a row, or gives up."""
        self._restart_at, given_up = None, self._in_a_row > MAX_RESTARTS
        if given_up:
            problem += f"; given up after {MAX_RESTARTS} restarts in a row"
        self._log.info("%s", problem)
        self._failure = _failure({**self._desired, "serial": self._serial}, problem, server)
        if given_up:
            self._refuse_connections()
            return
        delay = BACKOFF_SECONDS * 2 ** (self._in_a_row - 1) if self._in_a_row else 0.0
        self._restart_at = time.monotonic() + min(BACKOFF_LIMIT_SECONDS, delay)

    def _listener_on(self, port):
        """The socket in hand, or a new one for another port. Raises OSError if the port is taken."""
        if self._port == port and self._listener:
            return self._listener
        if self._port is not None:
            return _bind(port, 0.0)
        try:
            self._use(_bind(port, BIND_SECONDS))
        except OSError as problem:
            self._log.info("%s", problem)
            sys.exit(EXIT_PORT)
        return self._listener

    def _use(self, listener):
        if self._listener and self._listener is not listener:
            self._listener.close()
        self._listener, self._port = listener, listener.getsockname()[1]

    def _let_go(self, listener):
        """Closes the socket of a candidate, unless it is the service's own."""
        if listener and listener is not self._listener:
            listener.close()

    def _refuse_connections(self):
        """With nobody to answer, clients are to be told so and not to wait; the port stays ours."""
        if self._server or self._revival or self._candidate or self._restart_at is not None or not self._listener:
            return
        self._listener.close()
        self._listener = None
        try:
            self._listener = _bind(self._port, 0.0)
        except OSError as problem:
            self._log.info("port %s is lost: %s", self._port, problem)

    def _retire(self, server):
        if server:
            thread = threading.Thread(target=server.end, daemon=True)
            thread.start()
            self._endings.append(thread)

    def _end_all(self):
        for server in (self._server, self._candidate, self._revival):
            self._retire(server)
        for thread in self._endings:
            thread.join()

    def _publish(self):
        if self._closing and not self._closing.has_closed() and time.monotonic() < self._close_by:
            return
        self._closing = None
        asked = {name: self._candidate.desired[name] for name in ("serial", "revision")} if self._candidate else {}
        status = {
            **self._me,
            "state": self._state(),
            "serial": self._serial,
            "revision": self._desired["revision"] if self._desired else 0,
            "server": self._server.brief if self._server else None,
            "candidate": {**self._candidate.brief, **asked} if self._candidate else None,
            "restarts": self._restarts,
            "failure": self._failure,
        }
        if status != self._written or stamp("status.json") != self._stamp:
            try:
                write_json("status.json", status)
            except OSError as problem:  # a full disk is no reason to stop answering
                self._tell_once(f"the status can't be written: {problem}")
                return
            self._written, self._stamp, self._told = status, stamp("status.json"), None

    def _tell_once(self, problem):
        if problem != self._told:
            self._log.info("%s", problem)
        self._told = problem

    def _state(self):
        if self._server:
            return "running"
        if self._revival or self._restart_at is not None:
            return "restarting"
        return "starting" if self._candidate or self._read is None else "failed"


def _failure(desired, problem, server):
    """Ends `server`, if there is one, so that the last it had to say is in the report."""
    failure = {"serial": desired["serial"], "revision": desired["revision"], "problem": problem, "boot": None, "log": []}
    if server:
        server.end()
        failure.update({"boot": server.boot_error, "log": list(server.tail)})
    return failure


def _bind(port, patience):
    """A socket that is bound but does not listen: gunicorn makes it listen, and until then connections are refused."""
    give_up = time.monotonic() + patience
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            return listener
        except OSError as problem:
            listener.close()
            if problem.errno != errno.EADDRINUSE or time.monotonic() > give_up:
                raise OSError(problem.errno, f"port {port}: {problem.strerror}") from None
            time.sleep(0.05)


def _same(desired, other):
    return {**desired, "serial": 0} == {**other, "serial": 0}


def _drain(pipe):
    try:
        while os.read(pipe, 4096):
            pass
    except BlockingIOError:
        pass


if __name__ == "__main__":
    main(sys.argv[1])
