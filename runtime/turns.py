"""One call of run() at a time, in the main thread of the process.

There the inference server's own worker calls init() and run(), and scorers rely on it: settings of libraries that hold
for one thread, signal handlers, event loops. The server's scoring timeout, an alarm signal, works nowhere else.
"""

import asyncio
import collections
import queue
import threading
import time

TICK_SECONDS = 0.05
END = object()


class Busy(Exception):
    """No turn came in time, or none will."""


class Overdue(Exception):
    """The turn began and did not end in time."""

    def __init__(self, turn):
        super().__init__()
        self.turn = turn


class Turns:
    """The event loop `take`s turns in the order in which requests come; the main thread `serve`s them."""

    def __init__(self, limit_seconds, patience_seconds, batching=None, tell=lambda in_hand: None):
        """`limit_seconds`: longest turn. `patience_seconds`: longest wait for one to begin. `batching`: see there.
        `tell` is told how many turns run or wait, whenever that changes."""
        self._limit, self._patience, self._batching = limit_seconds, patience_seconds, batching
        self._waiting = queue.SimpleQueue()
        self._taken, self._timer = collections.deque(), None
        self._refusing = False
        self._in_hand, self._tell = 0, tell

    async def take(self, work):
        """Has `work` called in the main thread; returns or raises what it does, or raises Busy or Overdue."""
        if self._refusing:
            raise Busy
        loop = asyncio.get_running_loop()
        turn = Turn(work, loop, self._leave)
        self._in_hand += 1
        self._tell(self._in_hand)
        self._taken.append(turn)
        self._waiting.put(turn)
        if self._timer is None:
            self._timer = loop.call_later(TICK_SECONDS, self._watch, loop)
        return await turn.future

    def serve(self, is_quitting=lambda: False):
        """Calls what is taken until `end`. An exit that a signal asked for (`is_quitting`) passes through."""
        turn = None
        while True:
            turn = turn or self._waiting.get()
            if turn is END:
                return
            left = self._batching.run(turn, self._waiting) if self._batching else turn.run()
            if isinstance(turn.problem, SystemExit) and is_quitting():
                raise turn.problem
            turn = left

    def refuse(self):
        """From now on all who wait or come are refused; for a process that is given up."""
        self._refusing = True
        for turn in self._taken:
            turn.withdraw()

    def end(self):
        """Lets `serve` return after the turns taken so far."""
        self._waiting.put(END)

    def _leave(self):
        self._in_hand -= 1
        self._tell(self._in_hand)

    def _watch(self, loop):
        now = time.monotonic()
        while self._taken and self._taken[0].future.done():
            self._taken.popleft()
        for turn in self._taken:
            started_at = turn.started_at
            if started_at is None and now < turn.taken_at + self._patience:
                break  # and so do all who came later
            if started_at is None:
                turn.withdraw()
            elif now >= started_at + self._limit and not turn.future.done():
                turn.future.set_exception(Overdue(turn))
        self._timer = loop.call_later(TICK_SECONDS, self._watch, loop) if self._taken else None


class Turn:
    """`run` belongs to the main thread, all else to the event loop's."""

    def __init__(self, work, loop, leave):
        """`leave` is called once, when it neither runs nor waits any more."""
        self.work, self.future, self._leave = work, loop.create_future(), leave
        self.taken_at, self.started_at, self.problem, self.is_over = time.monotonic(), None, None, False
        self._loop, self._claimed = loop, threading.Lock()

    def withdraw(self):
        """Ends a turn that has not begun; one that has goes on."""
        if not self._claimed.acquire(blocking=False):
            return
        self._leave()
        if not self.future.done():
            self.future.set_exception(Busy())

    def claim(self):
        """False for one that was withdrawn."""
        if not self._claimed.acquire(blocking=False):
            return False
        self.started_at = time.monotonic()
        return True

    def run(self):
        if self.claim():
            self.work_off()

    def work_off(self):
        """After `claim`."""
        try:
            answer = self.work()
        except BaseException as problem:  # SystemExit too: the request must learn of it
            self.finish(None, problem)
        else:
            self.finish(answer)

    def finish(self, answer, problem=None):
        self.problem, self.is_over = problem, True
        try:
            self._loop.call_soon_threadsafe(self._tell, answer, problem)
        except RuntimeError:
            pass  # the loop has ended, and with it whoever asked

    def _tell(self, answer, problem):
        self._leave()
        if self.future.done():
            return
        if problem is None:
            self.future.set_result(answer)
        else:
            self.future.set_exception(_carried(problem))


class RunEnded(Exception):
    """What is no Exception, such as a SystemExit, would end the event loop: it travels as the cause of this one."""


def _carried(problem):
    if isinstance(problem, Exception) and not isinstance(problem, StopIteration):
        return problem
    ended = RunEnded(f"{type(problem).__name__}: {problem}")
    ended.__cause__ = problem
    return ended
