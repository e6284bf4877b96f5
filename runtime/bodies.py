"""Request bodies: how large they may be, how many are held at a time, how they are read."""

import errno
import threading
import time

from turns import Busy

FIRST_BYTES = 64 * 1024  # of a chunked body: room for the largest is taken only if there are more
DISCARD_SECONDS = 5.0


class Refusal(Exception):
    """Of a request, with its status; the message is for the client."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Room:
    """What is held at a time: so many requests, and so many bytes of their bodies."""

    def __init__(self, requests, size):
        self._requests, self._bytes, self._guard = requests, size, threading.Lock()

    def enter(self, size):
        """A place for a request with a body of `size` bytes; None when there is none."""
        return Place(self, size) if self.take(1, size) else None

    def take(self, requests, size):
        with self._guard:
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


def declared_length(environ):
    """None for a chunked body, whose length shows at its end."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return None
    return int(environ.get("CONTENT_LENGTH") or 0)


def read_body(environ, length, limit, place):
    """Reads the whole body before the turn: a slow client must not hold the scorer. Raises Refusal or Busy."""
    read = environ["wsgi.input"].read
    try:
        body = read(place.size) if place.size else b""
        if length is None and len(body) == place.size:
            place.grow(limit)
            body += read(limit + 1 - len(body))
    except OSError as problem:
        if problem.errno != errno.EAGAIN:
            raise
        raise Refusal("408 Request Timeout", "The request body did not arrive in time.") from None
    if len(body) > limit:
        raise Refusal("413 Request Entity Too Large", too_large(limit))
    if length is not None and len(body) < length:
        raise ConnectionResetError(errno.ECONNRESET, "the client went away before its request was whole")
    return body


def discard_body(environ):
    """Reads what is left of a body that is refused: a client that can't send on may never look for the answer."""
    give_up = time.monotonic() + DISCARD_SECONDS
    try:
        while environ["wsgi.input"].read(FIRST_BYTES) and time.monotonic() < give_up:
            pass
    except OSError:
        pass  # it is gone, or sends nothing: the answer is tried all the same


def too_large(limit):
    return f"The request body must not be larger than {limit} bytes."
