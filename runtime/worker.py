"""A gunicorn worker whose main thread calls the scorer while uvicorn serves HTTP in another."""

import asyncio
import json
import os
import signal
import sys
import threading
import time
import traceback

from gunicorn.workers.base import Worker

from .batching import Batching
from .counters import Counters
from .front import Front, FrontSettings
from .http_server import HttpServer
from .load import Load
from .proof import prove
from .scoring import DirectScorer

BOOT_ERROR = 3  # gunicorn ends the whole server when a worker exits with it
STUCK_EXIT = 70  # of a worker whose run() does not end
REFUSE_SECONDS = 1  # for telling those who wait, before such a worker ends


class ScoringWorker(Worker):
    """Proves itself on the sample requests, waits to be admitted, serves, and drains when it is told to end."""

    on_ready = staticmethod(lambda: None)
    shared_load = load_place = None

    def run(self):
        self._reports = os.environ.get("SCORESTACK_REPORT_DIR")
        self._exit_code, self._problem = 0, None
        settings = FrontSettings.from_environment(os.environ)
        is_direct = os.environ.get("SCORESTACK_SERVER", "scorestack") == "scorestack"
        scorer = DirectScorer.of(self.wsgi, settings.scoring_timeout_ms) if is_direct else None
        load = self._load()
        self._turns = settings.turns(self._batching(scorer), load.hold)
        counters = Counters(self._reports)

        def count(status):
            counters.add(status)
            load.count(status)

        self._front = Front(self.wsgi, scorer, settings, self._turns, self._replace, count, load)
        self._server = HttpServer(self._front, self.cfg.graceful_timeout, self.notify, self._report_closed)
        http = threading.Thread(target=self._serve_http, name="http", daemon=True)
        http.start()
        self._turns.serve(is_quitting=lambda: not self.alive)
        http.join()
        if self._problem:
            raise self._problem
        if self._exit_code:
            sys.exit(self._exit_code)

    def _load(self):
        slots = int(os.environ.get("WORKER_COUNT", "1")) * _batch_size()
        return Load(self.shared_load, self.load_place, slots)

    def _batching(self, scorer):
        size = _batch_size()
        if size < 2:
            return None
        try:
            return Batching(scorer, size, float(os.environ.get("SCORESTACK_MAX_LATENCY_MS", "0")) / 1000)
        except ValueError as problem:
            print(problem, file=sys.stderr, flush=True)
            sys.exit(BOOT_ERROR)

    def _serve_http(self):
        try:
            asyncio.run(self._serve())
        except BaseException as problem:
            self._problem = problem
        finally:
            self._turns.end()

    async def _serve(self):
        asyncio.get_running_loop().add_reader(self.PIPE[0], self._heed_signals)
        if not await self._is_proven():
            self._exit_code = BOOT_ERROR
            return
        self.on_ready()
        self._report(f"ready-{os.getpid()}.json", {"pid": os.getpid(), "at": time.time()})
        await self._admission()
        if self.alive:
            await self._server.serve(sockets=[listener.sock for listener in self.sockets])

    async def _is_proven(self):
        samples = os.environ.get("SCORESTACK_SAMPLES_DIR", "")
        failures = await prove(self._front.ask, samples) if os.path.isdir(samples) else []
        if failures:
            self._report("boot-error.json", {"stage": "samples", "failures": failures})
        for failure in failures:
            print(f"sample {failure['sample']}: {failure['problem']}", file=sys.stderr, flush=True)
        return not failures

    async def _admission(self):
        """Under a supervisor no worker accepts a request before all of them are ready."""
        while self._reports and self.alive and not os.path.exists(os.path.join(self._reports, "admitted")):
            self.notify()
            await asyncio.sleep(0.01)

    def _heed_signals(self):
        # The handler of a signal has to wait for run() to come back to Python; this byte does not.
        if signal.SIGTERM in os.read(self.PIPE[0], 4096):
            self.alive = False
            self._server.should_exit = True

    def _replace(self):
        """Ends this process, whose run() is stuck, once those who wait have been told; gunicorn starts another."""
        stack = "".join(traceback.format_stack(sys._current_frames()[threading.main_thread().ident]))
        message = f"run() did not end after its timeout; its process is replaced. It is at\n{stack}"
        print(message, file=sys.stderr, flush=True)
        self.alive = False
        self._turns.refuse()
        self._server.should_exit = True
        ending = threading.Timer(REFUSE_SECONDS, os._exit, (STUCK_EXIT,))
        ending.daemon = True
        ending.start()

    def _report_closed(self):
        self._report(f"closed-{os.getpid()}.json", {})

    def _report(self, name, content):
        if not self._reports:
            return
        partial = os.path.join(self._reports, f".{name}.{os.getpid()}")
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(partial, os.path.join(self._reports, name))


def _batch_size():
    return int(os.environ.get("SCORESTACK_MAX_BATCH_SIZE", "1"))
