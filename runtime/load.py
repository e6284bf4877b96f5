"""How many scoring requests a server has in hand, running and waiting: what scaling goes by. And what it has answered.

Each process of the server has a place of its own in memory that all of them share, so that each can tell the sum.
"""

import mmap
import struct

PLACE = struct.Struct("<QQQQ")  # in hand; answered; of those 4xx, 5xx
NAMES = ("in_hand", "answered", "refused", "failed")
PLACES = 129  # of 64 processes and their successors; the first has what ended processes answered


class SharedLoad:
    """Made before the processes are: by gunicorn's arbiter, which alone gives places and takes them back."""

    def __init__(self):
        self._memory = mmap.mmap(-1, PLACE.size * PLACES)
        self._free = list(range(1, PLACES))

    def take_place(self):
        """The number of a place; None when there is none, and its process is not counted."""
        return self._free.pop(0) if self._free else None

    def give_back(self, place):
        """Of a process that has ended: it has nothing in hand any more, but what it answered stays answered."""
        if place is None:
            return
        _, *answered = self.read(place)
        before = self.read(0)
        self.write(0, 0, *(old + new for old, new in zip(before[1:], answered)))
        self.write(place, 0, 0, 0, 0)
        self._free.append(place)

    def read(self, place):
        return PLACE.unpack_from(self._memory, place * PLACE.size)

    def write(self, place, *counts):
        PLACE.pack_into(self._memory, place * PLACE.size, *counts)

    def totals(self):
        """Over all processes, by name."""
        sums = map(sum, zip(*(self.read(place) for place in range(PLACES))))
        return dict(zip(NAMES, sums))


class Load:
    """One process's part. `slots`: requests that the whole server can work on at a time."""

    def __init__(self, shared=None, place=None, slots=1):
        if shared is None:
            shared = SharedLoad()
            place = shared.take_place()
        self._shared, self._place, self.slots, self._counts = shared, place, slots, [0, 0, 0, 0]

    def hold(self, in_hand):
        self._counts[0] = in_hand
        self._write()

    def count(self, status):
        """A scoring reply."""
        counts = self._counts
        counts[1] += 1
        if status >= 400:
            counts[2 if status < 500 else 3] += 1
        self._write()

    def _write(self):
        if self._place is not None:
            self._shared.write(self._place, *self._counts)

    def totals(self):
        return {**self._shared.totals(), "slots": self.slots}

    def as_prometheus(self):
        """In Prometheus' text format, version 0.0.4."""
        totals = self.totals()
        answered = {"2xx": totals["answered"] - totals["refused"] - totals["failed"]}
        answered.update({"4xx": totals["refused"], "5xx": totals["failed"]})
        return "\n".join(
            [
                "# HELP scorestack_requests_in_hand Scoring requests that run or wait.",
                "# TYPE scorestack_requests_in_hand gauge",
                f"scorestack_requests_in_hand {totals['in_hand']}",
                "# HELP scorestack_slots Scoring requests that can run at a time.",
                "# TYPE scorestack_slots gauge",
                f"scorestack_slots {totals['slots']}",
                "# HELP scorestack_responses_total Scoring requests that were answered.",
                "# TYPE scorestack_responses_total counter",
                *(f'scorestack_responses_total{{status="{status}"}} {count}' for status, count in answered.items()),
                "",
            ]
        )
