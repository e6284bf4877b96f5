"""What a run tells, as JSON lines."""

import collections
import json
import os
import time

PROGRESS_SECONDS = 1.0
WINDOW = 20  # tellings over which the rate is taken


class Events:
    def __init__(self, descriptor):
        self._descriptor = descriptor

    def tell(self, event):
        line = json.dumps(event, ensure_ascii=False).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except BrokenPipeError:
            pass  # nobody listens any more, which is no reason to stop


class Progress:
    """`total` is an estimate until everything is read. The rate is that of the last twenty seconds."""

    def __init__(self, total, done):
        self.total, self._last = total, time.monotonic()
        self._marks = collections.deque([(self._last, done)], maxlen=WINDOW)

    def tell(self, events, done, failed, is_last=False):
        now = time.monotonic()
        if now < self._last + PROGRESS_SECONDS and not is_last:
            return
        self._last = now
        then, before = self._marks[0]
        self._marks.append((now, done))
        rate, total = (done - before) / max(1e-6, now - then), max(self.total, done)
        left = round((total - done) / rate, 1) if rate else None
        counts = {"rowsDone": done, "rowsFailed": failed, "rowsTotal": total}
        events.tell({"event": "progress", **counts, "rowsPerSecond": round(rate, 1), "secondsLeft": left})


def lines_of(failures):
    return "".join(f"{json.dumps(failure, ensure_ascii=False)}\n" for failure in failures).encode("utf-8")
