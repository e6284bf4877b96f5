"""One call of run() at a time, in the main thread of the process.

There the inference server's own worker calls init() and run(), and scorers rely on it: settings of libraries that hold
for one thread, signal handlers, event loops. The server's scoring timeout, an alarm signal, works nowhere else.
"""

import queue
import threading
import time


class Busy(Exception):
    """No turn came in time, or none will."""


class Overdue(Exception):
    """The turn began and did not end in time."""

    def __init__(self, turn):
        super().__init__()
        self.turn = turn


class Turns:
    """Request threads `take` turns in the order in which they come; the main thread `serve`s them."""

    def __init__(self, limit_seconds, patience_seconds):
        """`limit_seconds`: longest turn. `patience_seconds`: longest wait for one to begin."""
        self._limit, self._patience = limit_seconds, patience_seconds
        self._waiting = queue.SimpleQueue()
        self._refusing = False

    def take(self, work):
        """Has `work` called in the main thread; returns or raises what it does, or raises Busy or Overdue."""
        turn = Turn(work)
        give_up = time.monotonic() + self._patience
        self._waiting.put(turn)
        if self._refusing:
            turn.withdraw()
        wake = min(give_up, time.monotonic() + self._limit)
        while not turn.wait(wake - time.monotonic()):
            now = time.monotonic()
            if turn.started_at is not None:
                if now >= turn.started_at + self._limit:
                    raise Overdue(turn)
                wake = turn.started_at + self._limit
            elif now >= give_up:
                turn.withdraw()
                wake = now + self._limit
            else:
                wake = min(give_up, now + self._limit)
        return turn.outcome()

    def serve(self, is_quitting=lambda: False):
        """Calls what is taken until `end`. An exit that a signal asked for (`is_quitting`) passes through."""
        while True:
            turn = self._waiting.get()
            if turn is None:
                return
            turn.run()
            if isinstance(turn.problem, SystemExit) and is_quitting():
                raise turn.problem

    def refuse(self):
        """From now on all who wait or come are refused; for a process that is given up."""
        self._refusing = True
        while True:
            try:
                turn = self._waiting.get_nowait()
            except queue.Empty:
                return
            if turn is not None:
                turn.withdraw()

    def end(self):
        """Lets `serve` return after the turns taken so far."""
        self._waiting.put(None)


class Turn:
    def __init__(self, work):
        self._work = work
        self._claimed, self._open = threading.Lock(), threading.Lock()
        self._open.acquire()
        self.started_at, self.problem, self._answer = None, None, None

    @property
    def is_over(self):
        return not self._open.locked()

    def wait(self, seconds):
        """True once it is over."""
        if self._open.acquire(timeout=max(0.0, seconds)):
            self._open.release()
            return True
        return False

    def withdraw(self):
        """Ends a turn that has not begun; one that has goes on."""
        if self._claimed.acquire(blocking=False):
            self.problem = Busy()
            self._open.release()

    def run(self):
        if not self._claimed.acquire(blocking=False):
            return
        self.started_at = time.monotonic()
        try:
            self._answer = self._work()
        except BaseException as problem:  # SystemExit too: the thread that took the turn must learn of it
            self.problem = problem
        finally:
            self._open.release()

    def outcome(self):
        if self.problem is not None:
            raise self.problem
        return self._answer
