"""A worker process: scores the mini-batches that it is sent, and appends the results to its segment."""

import ctypes
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection

from .replies import encode
from .scorer import Scorer, reason_of
from .state import Segment
from .tables import Content

ALIVE_SECONDS = 0.5
PR_SET_PDEATHSIG = 1


def main(descriptor):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator's to heed
    end_with_parent(signal.SIGKILL)
    os.dup2(2, 1)  # what the scorer prints is no event
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
    while True:
        worker.work(*messages.get())


def end_with_parent(number):
    """Linux sends the signal when the parent ends, however it does."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)


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
        scorer = self._scorer = Scorer(os.environ)
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
        self._content = Content(source, task["count"], content)
        self._task, self._items, self._failures = task, [], []
        self._told = time.monotonic()
        try:
            (self._score_files if source["format"] == "files" else self._score)(task["start"], task["end"])
            self._connection.send(("done", self._result(source)))
        except OSError as problem:  # of the segment: those of the scorer are failures
            self._connection.send(("broken", str(problem)))

    def _alive(self):
        now = time.monotonic()
        if now > self._told + ALIVE_SECONDS:
            self._told = now
            self._connection.send(("alive",))

    def _score(self, start, end):
        """All at once; where that fails, by halves, down to the rows that are bad."""
        try:
            rows = self._content.read(self._types[self._task["source"]], start, end)
            items = self._scorer.score(rows, end - start, self._alive)
        except (Exception, SystemExit) as problem:
            if end - start == 1:
                self._failures.append((start, reason_of(problem)))
                return
            items = None
            middle = (start + end) // 2
            parts = [(start, middle), (middle, end)]
        else:
            parts = [(row, row + 1) for row in range(start, end)] if items is None else []
        if items is not None:
            self._items.append((start, items))
        for part in parts:
            self._score(*part)

    def _score_files(self, start, end):
        for place in range(start, end):
            self._alive()
            try:
                self._items.append((place, [self._scorer.score_file(self._content.files()[place][1])]))
            except (Exception, SystemExit) as problem:
                self._failures.append((place, reason_of(problem)))

    def _result(self, source):
        rows = [start + step for start, items in self._items for step in range(len(items))]
        items = [item for _, items in self._items for item in items] if len(self._items) != 1 else self._items[0][1]
        failures = [place_of(source, self._content.files, self._task["first"], row) for row, _ in self._failures]
        told = [{**place, "reason": reason} for place, (_, reason) in zip(failures, self._failures)]
        pieces = []
        if items:
            inputs, numbers = self._places(source, rows)
            encoded, names = encode(self._form, inputs, numbers, items)
            pieces.append([*self._segment.append(encoded), names])
        lines = b"".join(json.dumps(failure, ensure_ascii=False).encode() + b"\n" for failure in told)
        failed = [self._segment.append(lines)] if lines else []
        return {"pieces": pieces, "failures": failed, "failed": len(told), "shown": told[:100]}

    def _places(self, source, rows):
        if source["format"] == "files":
            files = self._content.files()
            return [files[row][0] for row in rows], [0] * len(rows)
        first = self._task["first"]
        if len(self._items) == 1:
            return source["name"], range(first + rows[0], first + rows[0] + len(rows))
        return source["name"], [first + row for row in rows]


def place_of(source, files, first, row):
    """Of a row in its mini-batch, as it stands in the output."""
    if source["format"] == "files":
        return {"input": files()[row][0], "row": 0}
    return {"input": source["name"], "row": first + row}
