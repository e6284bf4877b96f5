"""gunicorn settings and hooks under which `azmlinfsrv` serves in every Scorestack image.

Handed over with GUNICORN_CMD_ARGS="-c <this file>". Each worker process answers the image's sample requests before it
accepts a connection; a worker that answers wrongly stops the server with exit code 3, as a failing `init()` does.
"""

import ctypes
import importlib.util
import mmap
import os
import signal
import sys
import threading
import time

from gunicorn.errors import HaltServer

PR_SET_PDEATHSIG = 1


def _load_package():
    """This folder as a package, under a name that no scorer has; nothing is added to `sys.path`."""
    home = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "scorestack_runtime", os.path.join(home, "__init__.py"), submodule_search_locations=[home]
    )
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)


_load_package()

from scorestack_runtime.secret_variables import take_secret_variables  # noqa: E402

take_secret_variables()

from scorestack_runtime.load import SharedLoad  # noqa: E402
from scorestack_runtime.worker import BOOT_ERROR, ScoringWorker  # noqa: E402

worker_class = ScoringWorker
graceful_timeout = int(os.environ.get("SCORESTACK_GRACEFUL_TIMEOUT_SECONDS", "30"))
control_socket_disable = True  # its default path is shared by all servers of a user

_ready_once = mmap.mmap(-1, 1)  # shared by all processes of this server
_shared_load = SharedLoad()


def on_starting(server):
    supervisor = os.environ.get("SCORESTACK_SUPERVISOR_PID")
    if supervisor:
        _end_with(int(supervisor))


def pre_fork(server, worker):
    worker.shared_load, worker.load_place = _shared_load, _shared_load.take_place()


def post_fork(server, worker):
    # Without this an arbiter that is killed leaves its port held by orphans.
    _end_with(worker.ppid)


def post_worker_init(worker):
    worker.on_ready = lambda: _ready_once.__setitem__(0, 1)


def child_exit(server, worker):
    _shared_load.give_back(worker.load_place)
    # gunicorn would start such a worker again for ever. It has no listeners any more when it is stopping.
    if not _ready_once[0] and server.LISTENERS:
        raise HaltServer("a worker ended before it was ready", BOOT_ERROR)


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
