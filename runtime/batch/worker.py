"""A worker process: scores the mini-batches that it is sent, and appends the results to its segment."""

import os
import queue
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection

from .events import lines_of
from .parent import end_with_parent
from .replies import encode
from .scorer import Scorer, reason_of
from .scoring import Scoring
from .state import Segment
from .tables import Content

ALIVE_SECONDS = 0.5
SHOWN = 100  # failures of a mini-batch that are told as events


def main(descriptor):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator's to heed
    end_with_parent(signal.SIGKILL)
    os.dup2(2, 1)  # what the scorer prints is no event
    sys.stdout.reconfigure(line_buffering=True)
    connection = Connection(descriptor)
    setup = connection.recv()
    messages = queue.Queue(maxsize=1)
    threading.Thread(target=_receive, args=(connection, messages), daemon=True).start()
    try:
        worker = Worker(connection, setup)
    except BaseException as problem:
        traceback.print_exc()
        connection.send(("failed", reason_of(problem)))
        return
    if worker.is_refused:
        return
    try:
        while True:
            worker.work(*messages.get())
    except ConnectionError:
        pass  # the coordinator is gone


def _receive(connection, messages):
    """In a thread: the next mini-batch comes while one is scored, and the end of the coordinator is seen."""
    try:
        while True:
            task = connection.recv()
            messages.put((task, connection.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


class Worker:
    def __init__(self, connection, setup):
        self._connection, self._sources, self._form = connection, setup["sources"], setup["form"]
        scorer = self._scorer = Scorer(os.environ, lambda text: connection.send(("note", text)))
        problems = [problem for source in self._sources for problem in scorer.problems(source)]
        connection.send(("checked", problems))
        self.is_refused = bool(problems)
        if self.is_refused:
            return
        self._types = [scorer.types(source) for source in self._sources]
        scorer.init()
        self._segment, self._told = Segment(setup["segments"]), 0.0
        connection.send(("ready",))

    def work(self, task, content):
        source = self._sources[task["source"]]
        content = Content(source, task["count"], content)
        scoring = Scoring(self._scorer, self._types[task["source"]], content, self._alive)
        self._told = time.monotonic()
        try:
            scoring.score(task["start"], task["end"])
            answer = ("done", self._result(scoring, task["first"]))
        except ConnectionError:
            raise
        except OSError as problem:  # of the segment: those of the scorer are failures
            answer = ("broken", problem.errno, problem.strerror)
        self._connection.send(answer)

    def _alive(self):
        now = time.monotonic()
        if now > self._told + ALIVE_SECONDS:
            self._told = now
            self._connection.send(("alive",))

    def _result(self, scoring, first):
        inputs, rows, items = scoring.results(first)
        pieces = []
        if items:
            encoded, names = encode(self._form, inputs, rows, items)
            pieces.append([*self._segment.append(encoded), names])
        failed = scoring.failed(first)
        failures = [self._segment.append(lines_of(failed))] if failed else []
        return {"pieces": pieces, "failures": failures, "failed": len(failed), "shown": failed[:SHOWN]}
