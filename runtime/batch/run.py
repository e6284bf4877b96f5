"""A run: reads, gives to workers, keeps what they did, tells how far it is, joins the results."""

import hashlib
import importlib.util
import json
import os
import queue
import signal
import sys
import time

from . import inputs, merge
from .arguments import FILES, ROWS, Refused, cores
from .events import Events, Progress
from .pool import Pool
from .records import mini_batches
from .slot import InitFailed, MiniBatch

DONE, TOO_MANY, REFUSED, INIT_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
SHOWN_FAILURES = 1000  # as events; the file has them all
TICK_SECONDS = 0.2


class Stopped(Exception):
    """The run ends before its end; `code` is the exit code."""

    def __init__(self, code, *lines):
        super().__init__(*lines)
        self.code, self.lines = code, lines


def say(code, *lines):
    for line in lines:
        print(line, file=sys.stderr, flush=True)
    return code


def has_pyarrow():
    return importlib.util.find_spec("pyarrow") is not None


class Run:
    def __init__(self, options, sources, state, targets):
        self._options, self._sources, self._state, self._targets = options, sources, state, targets
        self._size = options.mini_batch_size or (FILES if sources[0].files else ROWS)
        self._events = Events(options.events)
        self._started, self._shown, self._notes = time.monotonic(), 0, set()
        self.rows_done = self.rows_failed = 0

    def go(self):
        finished = self._state.begin(self._manifest(), self._targets, self._options.restart)
        if finished:
            self._tell_start(finished["rows"], 0, finished["rows"], 0)
            self._tell_end(finished["rows"], finished["failed"], finished["files"])
            return say(DONE, f"this run is finished since {finished['at']}: nothing to do")
        for entry in self._state.done.values():
            self._count(entry)
        self._check_threshold()
        self._score()
        return self._finish()

    def _manifest(self):
        options, identity = self._options, os.environ.get("SCORESTACK_IMAGE_IDENTITY")
        names = [[source.name, source.size, source.changed_ns] for source in self._sources]
        if self._sources[0].files:
            names[0][0] = hashlib.sha256(json.dumps(self._sources[0].files).encode()).hexdigest()
        return {
            "image": identity or _script_hash(),
            "inputs": names,
            "options": {
                "format": [source.format for source in self._sources][:1],
                "columns": options.columns,
                "output-format": options.output_format,
                "mini-batch-size": self._size,
                "shard": list(options.shard or []),
                "pyarrow": has_pyarrow(),
            },
        }

    def _score(self):
        options, shard = self._options, self._options.shard
        total = sum(map(inputs.count_rows, self._sources))
        batches = sum(-(-inputs.count_rows(source) // self._size) for source in self._sources)
        if shard:
            batches = len(range(shard[0], batches, shard[1]))
            total = round(total / shard[1])
        count = max(1, min(options.workers, batches - len(self._state.done)))
        setup = {
            "form": options.output_format,
            "segments": self._state.segments,
            "sources": list(map(self._told, self._sources)),
        }
        pool = Pool(options, setup, count, cores())
        self._progress = Progress(total, self.rows_done)
        self._tell_start(total, batches, self.rows_done, count)
        pool.start()
        try:
            pool.give(self._jobs())
            self._heed(pool, count)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            pool.stop()
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _told(self, source):
        """What workers know of a source."""
        columns = self._options.columns or source.columns
        return {"name": source.name, "format": source.format, "names": source.columns, "columns": columns}

    def _jobs(self):
        shard, done = self._options.shard or (0, 1), self._state.done
        self._read = 0

        def is_wanted(number):
            return number % shard[1] == shard[0] and number not in done

        cut = mini_batches(self._sources, self._size, self._options.columns, is_wanted)
        for number, place, first, count, content in cut:
            if number % shard[1] == shard[0]:
                self._read += count
            if content is not None:
                yield MiniBatch(number, place, first, count, content)

    def _heed(self, pool, running):
        while running:
            try:
                kind, value = pool.results.get(timeout=TICK_SECONDS)
            except queue.Empty:
                kind, value = "tick", None
            if kind == "done":
                self._take(*value)
            elif kind == "event":
                self._events.tell(value)
            elif kind == "note":
                if value not in self._notes:
                    self._notes.add(value)
                    say(DONE, value)
            elif kind == "checked":
                if value:
                    raise Refused(*value)
                pool.released.set()
            elif kind == "read":
                self._progress.total = self._read
            elif kind == "unreadable":
                raise Stopped(REFUSED, f"'--input' can't be read on: {value}")
            elif kind == "stopped":
                self._give_up(value)
            running -= kind == "idle"
            pool.end_overdue()
            self._progress.tell(self._events, self.rows_done, self.rows_failed)
        self._progress.tell(self._events, self.rows_done, self.rows_failed, True)

    def _give_up(self, problem):
        if isinstance(problem, InitFailed):
            raise Stopped(INIT_FAILED, f"the scorer did not start: {problem}")
        raise problem

    def _take(self, entry, shown):
        self._state.add(entry)
        self._count(entry)
        for failure in shown[: SHOWN_FAILURES - self._shown]:
            self._events.tell({"event": "failure", **failure})
        self._shown += len(shown)
        self._check_threshold()

    def _count(self, entry):
        self.rows_done += entry["rows"]
        self.rows_failed += entry["failed"]

    def _check_threshold(self):
        most = self._options.error_threshold
        if -1 < most < self.rows_failed:
            name = self._targets[1]
            sizes = {name: merge.merge_failures(self._state, name)}
            self._tell_end(self.rows_done, self.rows_failed, sizes)
            remedy = "mend them and use '--restart', or give a higher one and run the command again to go on"
            raise Stopped(
                TOO_MANY, f"{self.rows_failed} rows failed, '--error-threshold' is {most}; {name} names them: {remedy}"
            )

    def _finish(self):
        sizes = merge.merge(self._state, self._options.output_format, *self._targets)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        finished = {"rows": self.rows_done, "failed": self.rows_failed, "files": sizes, "at": at}
        self._state.finish(self._manifest(), finished)
        self._tell_end(self.rows_done, self.rows_failed, sizes)
        return DONE

    def _tell_start(self, rows, batches, done, workers):
        self._events.tell(
            {"event": "start", "rows": rows, "miniBatches": batches, "alreadyDone": done, "workers": workers}
        )

    def _tell_end(self, rows, failed, files):
        output = [os.path.join(self._options.output, name) for name in files]
        seconds = round(time.monotonic() - self._started, 3)
        self._events.tell(
            {"event": "end", "rowsDone": rows, "rowsFailed": failed, "seconds": seconds, "output": output}
        )


def _script_hash():
    path = os.path.join(os.environ.get("AML_APP_ROOT", "."), os.environ.get("AZUREML_ENTRY_SCRIPT", "score.py"))
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
