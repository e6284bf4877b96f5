"""gunicorn settings and hooks under which `azmlinfsrv` serves in every Scorestack image.

Handed over with GUNICORN_CMD_ARGS="-c <this file>". Each worker process answers the image's sample requests before it
accepts a connection; a worker that answers wrongly stops the server with exit code 3, as a failing `init()` does.
"""

import ctypes
import json
import mmap
import os
import selectors
import signal
import socket
import struct
import sys
import threading
import time
import traceback

from gunicorn.errors import HaltServer
from gunicorn.workers import gthread

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from front import Front, FrontSettings  # noqa: E402
from proof import prove  # noqa: E402

# These names are the scorer's from here on: it may have modules of its own that are called so.
sys.path.pop(0)
for _name in ("bodies", "front", "keys", "proof", "turns"):
    del sys.modules[_name]

BOOT_ERROR = 3  # gunicorn ends the whole server when a worker exits with it before it is ready
STUCK_EXIT = 70  # of a worker whose run() does not end
REFUSE_SECONDS = 2  # for telling those who wait, before such a worker ends
SPARE_THREADS = 4  # so that the health probe is answered when all places for scoring requests are taken
STALLED_SECONDS = 20  # a client that sends, or takes, nothing for so long in mid-request is dropped
PR_SET_PDEATHSIG = 1
# Before 25 (Python 3.9 has no later one) gunicorn drops accepted and kept-alive connections when it ends.
DRAINS_WELL = hasattr(gthread, "STOP_KEEPALIVE_LINGER")
LINGER_SECONDS = 2

settings = FrontSettings.from_environment(os.environ)

worker_class = "gthread"
threads = max(int(os.environ.get("SCORESTACK_THREADS", "0")), settings.max_requests + SPARE_THREADS)
graceful_timeout = int(os.environ.get("SCORESTACK_GRACEFUL_TIMEOUT_SECONDS", "30"))
keepalive = 75
control_socket_disable = True  # its default path is shared by all servers of a user

_ready_once = mmap.mmap(-1, 1)  # shared by all processes of this server


def on_starting(server):
    supervisor = os.environ.get("SCORESTACK_SUPERVISOR_PID")
    if supervisor:
        _end_with(int(supervisor))


def when_ready(server):
    for listener in server.LISTENERS:  # connections inherit it
        stalled = struct.pack("ll", STALLED_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, stalled)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, stalled)


def post_fork(server, worker):
    # Without this an arbiter that is killed leaves its port held by orphans.
    _end_with(worker.ppid)


def post_worker_init(worker):
    application = worker.wsgi
    _prove(application)
    turns = settings.turns()
    loops = _Loops(worker, turns)
    worker.wsgi, worker.run = Front(application, settings, turns, loops.replace), loops.run
    _ready_once[0] = 1
    _report(f"ready-{os.getpid()}.json", {"pid": os.getpid(), "at": time.time()})


def child_exit(server, worker):
    # gunicorn would start such a worker again for ever. It has no listeners any more when it is stopping.
    if not _ready_once[0] and server.LISTENERS:
        raise HaltServer("a worker ended before it was ready", BOOT_ERROR)


def _prove(application):
    samples = os.environ.get("SCORESTACK_SAMPLES_DIR", "")
    failures = prove(application, samples) if os.path.isdir(samples) else []
    if failures:
        _report("boot-error.json", {"stage": "samples", "failures": failures})
        for failure in failures:
            print(f"sample {failure['sample']}: {failure['problem']}", file=sys.stderr, flush=True)
        sys.exit(BOOT_ERROR)


class _Loops:
    """gunicorn's own loop moves to a thread: the main one is for init() and run()."""

    def __init__(self, worker, turns):
        self._worker, self._turns, self._http_loop = worker, turns, worker.run
        self._http, self._problem = threading.Thread(target=self._serve_http, name="http", daemon=True), None
        self._notify, worker.notify = worker.notify, self._notify_and_tell
        if not DRAINS_WELL:
            signal.signal(signal.SIGTERM, lambda *_: None)  # heeded below alone

    def run(self):
        self._http.start()
        self._turns.serve(is_quitting=lambda: not self._worker.alive)
        if self._problem:
            raise self._problem

    def replace(self):
        """Ends this process, whose run() is stuck, once those who wait have been told; gunicorn starts another."""
        stack = "".join(traceback.format_stack(sys._current_frames()[threading.main_thread().ident]))
        message = f"run() did not end after its timeout; its process is replaced. It is at\n{stack}"
        print(message, file=sys.stderr, flush=True)
        self._worker.alive = False
        self._turns.refuse()
        self._http.join(REFUSE_SECONDS)
        os._exit(STUCK_EXIT)

    def _serve_http(self):
        try:
            self._worker.poller.register(self._worker.PIPE[0], selectors.EVENT_READ, self._heed_signals)
            self._wait_for_admission()
            self._http_loop()
        except BaseException as problem:
            self._problem = problem
        finally:
            self._turns.end()

    def _notify_and_tell(self):
        """The loop calls it in each round, and when it drains: by then it accepts no more."""
        self._notify()
        if not self._worker.alive:
            _report(f"closed-{os.getpid()}.json", {})

    def _heed_signals(self, pipe):
        # The handler of a signal has to wait for run() to come back to Python; this byte does not.
        if signal.SIGTERM not in os.read(pipe, 4096):
            return
        if DRAINS_WELL:
            self._worker.alive = False
        elif self._worker.max_keepalived:
            self._linger()

    def _linger(self):
        """Accepts no more and answers what is accepted, before gunicorn drops it."""
        for listener in self._worker.sockets:
            self._worker.poller.unregister(listener)
        self._worker.max_keepalived = 0
        _report(f"closed-{os.getpid()}.json", {})
        threading.Timer(LINGER_SECONDS, lambda: setattr(self._worker, "alive", False)).start()

    def _wait_for_admission(self):
        """Under a supervisor no worker accepts a request before all of them are ready."""
        folder = os.environ.get("SCORESTACK_REPORT_DIR")
        while folder and self._worker.alive and not os.path.exists(os.path.join(folder, "admitted")):
            self._worker.notify()
            time.sleep(0.01)


def _report(name, content):
    folder = os.environ.get("SCORESTACK_REPORT_DIR")
    if not folder:
        return
    partial = os.path.join(folder, f".{name}.{os.getpid()}")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(content, file)
    os.replace(partial, os.path.join(folder, name))


def _end_with(parent):
    """Ends this process when its parent does, however that ends."""

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(0)

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
    else:
        threading.Thread(target=watch, name="scorestack-parent-watch", daemon=True).start()
