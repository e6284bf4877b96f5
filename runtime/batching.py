"""Concurrent requests in one call of run(), where the scorer says that it can.

It says so with `batch_rows = True` in the scoring script: each argument of run() is a list with an item for each row,
and so is what it returns. The rows of several requests are then one list, and each request gets its part of the reply.
"""

import inspect
import itertools
import json
import logging
import queue
import time

log = logging.getLogger("azmlinfsrv")
SAYS_IT_CAN = "batch_rows"


class Batching:
    """`max_size`: requests in one call. `max_latency_seconds`: how long the first of them waits for others."""

    def __init__(self, scorer, max_size, max_latency_seconds):
        """Raises ValueError when the scorer does not say that it can."""
        self._scorer, self._max_size, self._max_latency = scorer, max_size, max_latency_seconds
        if scorer is None or not scorer.globals.get(SAYS_IT_CAN):
            raise ValueError(
                f"'maxBatchSize' needs a scorer that takes rows of several requests at once, got {max_size}; write "
                f"'{SAYS_IT_CAN} = True' into the scoring script if each argument of run() and its result are lists of rows"
            )
        if "request_headers" in inspect.signature(scorer.run_function).parameters:
            raise ValueError("'maxBatchSize' needs a run() without 'request_headers': requests in a batch have their own")

    def run(self, first, waiting):
        """Runs `first` in the main thread with those that join it; returns what came and could not join, or None."""
        if not self._can_join(first):
            first.run()
            return None
        turns, left = self._collect(first, waiting)
        turns = [turn for turn in turns if turn.claim()]
        if len(turns) < 2 or not self._score_together(turns):
            for turn in turns:
                turn.work_off()
        return left

    def _can_join(self, turn):
        return getattr(getattr(turn, "work", None), "request", None) is not None

    def _collect(self, first, waiting):
        turns, give_up = [first], time.monotonic() + self._max_latency
        while len(turns) < self._max_size:
            try:
                turn = waiting.get(timeout=max(0.0, give_up - time.monotonic()))
            except queue.Empty:
                break
            if not self._can_join(turn):
                return turns, turn
            turns.append(turn)
        return turns, None

    def _score_together(self, turns):
        """False if that can't be done: then each is scored alone, so that none fails for another's fault."""
        inputs = [self._scorer.rows_of(turn.work.request) for turn in turns]
        names = inputs[0] and inputs[0].keys()
        if any(rows is None or rows.keys() != names for rows in inputs):
            return False
        counts = [len(next(iter(rows.values()))) for rows in inputs]
        try:
            joined = {name: list(itertools.chain.from_iterable(rows[name] for rows in inputs)) for name in names}
            output, elapsed_ms = self._scorer.run_rows(joined)
        except Exception as problem:
            log.info("a batch of %s requests failed and is scored one by one: %s", len(turns), problem)
            return False
        if not isinstance(output, list) or len(output) != sum(counts):
            log.warning("run() must return a list with an item for each row to be batched, got %s", type(output).__name__)
            return False
        start = 0
        for turn, count in zip(turns, counts):
            turn.finish(self._scorer.reply(output[start : start + count], elapsed_ms))
            start += count
        return True


def rows_in(values):
    """The values if each is a list and all are of one length, else None."""
    if not isinstance(values, dict) or not values or not all(isinstance(value, list) for value in values.values()):
        return None
    return values if len({len(value) for value in values.values()}) == 1 else None


def rows_in_text(text):
    try:
        return rows_in(json.loads(text))
    except ValueError:
        return None
