"""A thread of the coordinator with a worker process: gives it mini-batches, and starts another when it crashes or hangs."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Pipe

from .events import lines_of
from .state import Segment

START_SECONDS = 900  # for init(), which may load large models
STARTS = 4  # of a worker that does not come up, before the run is given up
STOP_SECONDS = 2
HOME = os.path.dirname(os.path.abspath(__file__))


class InitFailed(Exception):
    """The scorer can't be started."""


class Ended(Exception):
    """A worker is no more; says why."""


@dataclass
class MiniBatch:
    number: int
    source: int
    first: int
    count: int
    content: bytes


class Slot(threading.Thread):
    def __init__(self, pool):
        super().__init__(daemon=True)
        self._pool, self._process, self._connection = pool, None, None
        self._deadline, self._is_overdue, self._code = None, False, 0
        self._segment = Segment(pool.setup["segments"])

    def run(self):
        try:
            self._start_worker()
            self._pool.released.wait()
            for job in iter(self._pool.next_job, None):
                entry = self._entry(job)
                self._pool.results.put(("done", entry))
            self._pool.results.put(("idle", None))
        except Exception as problem:
            self._pool.results.put(("stopped", problem))
        finally:
            self.kill()

    def _entry(self, job):
        results = self._score(job, 0, job.count, self._pool.retries)
        entry = {"number": job.number, "source": job.source, "first": job.first, "rows": job.count}
        entry["pieces"] = [piece for result in results for piece in result["pieces"]]
        entry["failures"] = [piece for result in results for piece in result["failures"]]
        entry["failed"] = sum(result["failed"] for result in results)
        return entry, [failure for result in results for failure in result["shown"]]

    def _score(self, job, start, end, retries):
        """Results for a part of a mini-batch, in order. One that can't be had is sought for each half."""
        reason = ""
        for attempt in range(retries + 1):
            try:
                result = self._ask(job, start, end)
            except Ended as problem:
                reason = str(problem)
            else:
                if not self._may_be_broken(result, end - start, attempt, retries):
                    return [result]
                reason = result["shown"][0]["reason"]
                self.kill()
            if attempt < retries:
                told = {"event": "retry", "miniBatch": job.number, "attempt": attempt + 2, "reason": reason}
                self._pool.results.put(("event", told))
        if end - start == 1:
            return [self._failure(job, start, reason)]
        middle = (start + end) // 2
        return [*self._score(job, start, middle, 0), *self._score(job, middle, end, 0)]

    def _may_be_broken(self, result, count, attempt, retries):
        """Whether the worker is what is bad, not the rows: it is where not one of them could be scored, and another can."""
        if result["failed"] < count or not retries:
            return False
        if attempt == retries:
            self._pool.renewal_helps = False
        return self._pool.renewal_helps

    def _failure(self, job, row, reason):
        from .tables import Content  # loads pyarrow, which is not needed but for this

        content = Content(self._pool.setup["sources"][job.source], job.count, job.content)
        failure = {**content.place(job.first, row), "reason": reason}
        piece = self._segment.append(lines_of([failure]))
        return {"pieces": [], "failures": [piece], "failed": 1, "shown": [failure]}

    def _ask(self, job, start, end):
        if self._process is None:
            self._start_worker()
        task = {"source": job.source, "first": job.first, "count": job.count, "start": start, "end": end}
        self._allow(self._pool.timeout)
        try:
            self._connection.send(task)
            self._connection.send_bytes(job.content)
        except OSError:
            raise self._ended() from None
        return self._answer("done")

    def _answer(self, wanted):
        while True:
            try:
                kind, *value = self._connection.recv()
            except (EOFError, OSError):
                raise self._ended() from None
            if kind == "alive":
                self._allow(self._pool.timeout)
            elif kind == "failed":
                raise InitFailed(value[0])
            elif kind == "broken":
                raise OSError(*value)
            elif kind in ("checked", "note"):
                self._pool.results.put((kind, value[0]))
            else:
                assert kind == wanted, kind
                self._deadline = None
                return value[0] if value else None

    def _start_worker(self):
        for _ in range(STARTS):
            try:
                return self._start_once()
            except Ended as problem:
                reason = f"a worker ended in init(): {problem}"
            except InitFailed as problem:
                if not self._pool.was_ready:
                    raise
                reason = str(problem)
            self.kill()
        raise InitFailed(reason)

    def _start_once(self):
        if self._pool.is_stopping:
            raise InitFailed("the run is stopped")
        self._connection, theirs = Pipe()
        argv = [sys.executable, HOME, "--worker", str(theirs.fileno())]
        descriptors, self._is_overdue = [theirs.fileno()], False
        self._process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, pass_fds=descriptors, env=self._pool.environment
        )
        theirs.close()
        if self._pool.is_stopping:
            self.end()
        self._allow(START_SECONDS)
        try:
            self._connection.send(self._pool.setup)
        except OSError:
            raise self._ended() from None
        self._answer("ready")
        self._pool.was_ready = True

    def _allow(self, seconds):
        self._deadline = time.monotonic() + seconds

    def _ended(self):
        self.kill()
        if self._is_overdue:
            return Ended(f"run() did not end within {self._pool.timeout} seconds")
        return Ended(_ending(self._code))

    def end_overdue(self):
        """Called by the main thread."""
        deadline, process = self._deadline, self._process
        if deadline is not None and time.monotonic() > deadline and process is not None:
            self._is_overdue = True
            process.kill()

    def end(self):
        """Called by any thread: this slot's own sees that its worker is gone."""
        process = self._process
        if process is not None:
            process.kill()

    def kill(self):
        process, self._process, self._deadline = self._process, None, None
        if process is not None:
            process.kill()
            self._code = process.wait()
            self._connection.close()


def _ending(code):
    if code >= 0:
        return f"the worker process ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    hint = ", as the system does where memory runs out" if name == "SIGKILL" else ""
    return f"the worker process was ended by {name}{hint}"
