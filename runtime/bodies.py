"""Request bodies: how large they may be, how many are held at a time, how they are read."""

import asyncio
import time

from .turns import Busy

FIRST_BYTES = 64 * 1024  # of a chunked body: room for the largest is taken only if there are more
DISCARD_SECONDS = 5
STALLED_SECONDS = 20  # a client that sends, or takes, nothing for so long in mid-request is dropped


class Refusal(Exception):
    """Of a request, with its status; the message is for the client."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Gone(Exception):
    """The client went away before its request was whole."""


class Room:
    """What is held at a time: so many requests, and so many bytes of their bodies."""

    def __init__(self, requests, size):
        self._requests, self._bytes = requests, size

    def enter(self, size):
        """A place for a request with a body of `size` bytes; None when there is none."""
        return Place(self, size) if self.take(1, size) else None

    def take(self, requests, size):
        if self._requests < requests or self._bytes < size:
            return False
        self._requests, self._bytes = self._requests - requests, self._bytes - size
        return True


class Place:
    """Given back at the end of a `with` block."""

    def __init__(self, room, size):
        self._room, self.size = room, size

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._room.take(-1, -self.size)

    def grow(self, size):
        """Makes it `size` bytes large; raises Busy when there is no room."""
        if not self._room.take(0, size - self.size):
            raise Busy
        self.size = size


async def read_body(receive, length, limit, place):
    """Reads the whole body before the turn: a slow client must not hold the scorer. Raises Refusal, Busy or Gone."""
    parts, size, more = [], 0, True
    while more:
        message = await _receive(receive, STALLED_SECONDS)
        if message["type"] == "http.disconnect":
            raise Gone
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limit:
            raise Refusal(413, too_large(limit))
        if length is None and size > place.size:
            place.grow(limit)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def discard_body(receive):
    """Reads what is left of a body that is refused: a client that can't send on may never look for the answer."""
    give_up = time.monotonic() + DISCARD_SECONDS
    try:
        while time.monotonic() < give_up and (await _receive(receive, DISCARD_SECONDS)).get("more_body", False):
            pass
    except Refusal:
        pass  # it sends nothing: the answer is tried all the same


async def _receive(receive, patience):
    """Cheaper than `asyncio.wait_for`, which makes a task for each."""
    stalled, task = [], asyncio.current_task()

    def stop():
        stalled.append(True)
        task.cancel()

    timer = asyncio.get_running_loop().call_later(patience, stop)
    try:
        return await receive()
    except asyncio.CancelledError:
        if not stalled:
            raise
        raise Refusal(408, "The request body did not arrive in time.") from None
    finally:
        timer.cancel()


def too_large(limit):
    return f"The request body must not be larger than {limit} bytes."
