"""Secret environment variables of the service: they come by a FIFO and are kept in memory only."""

import fcntl
import json
import os
import re
import threading

FIFO = "secrets.fifo"
# Beyond the descriptors that a shell uses for itself.
FIRST_DESCRIPTOR = 64
SHORTEST_HIDDEN = 6  # a shorter part of a value would take too much of a log with it


class SecretVariables:
    """What was given, by the digest under which desired.json asks for it."""

    def __init__(self, log):
        self._log, self._given, self._unread = log, {}, b""
        self._fifo = self._open()

    def find(self, desired):
        """Values by name; none where none are asked for, None where they were not given."""
        asked = desired.get("secrets")
        return self._given.get(asked["digest"]) if asked else {}

    def receive(self, *needed):
        """Takes in what was written, and forgets what none of the `needed` asks for."""
        while self._fifo is not None:
            try:
                part = os.read(self._fifo, 65536)
            except BlockingIOError:
                break
            if not part:
                break
            self._unread += part
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
                self._given[message["digest"]] = message["values"]
            except (ValueError, TypeError, KeyError):
                pass  # the rest of a message whose writer was killed
        kept = {desired["secrets"]["digest"] for desired in needed if desired and desired.get("secrets")}
        if needed and not kept.issuperset(self._given):
            self._given = {digest: values for digest, values in self._given.items() if digest in kept}

    def close(self):
        try:
            os.remove(FIFO)
        except OSError:
            pass

    def _open(self):
        try:
            if os.path.lexists(FIFO):
                os.remove(FIFO)
            os.mkfifo(FIFO, 0o600)
            return os.open(FIFO, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as problem:
            self._log.info("secret environment variables can't be taken: %s", problem)
            return None


def pipe_of(values):
    """The end of a pipe for a server to read them from, whose number is free in a shell; None without values."""
    if not values:
        return None
    reader, writer = os.pipe()
    high = fcntl.fcntl(reader, fcntl.F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)
    os.close(reader)
    # A pipe holds less than variables may: the writer waits for the server, or for its end.
    threading.Thread(target=_write, args=(writer, json.dumps(values).encode()), daemon=True).start()
    return high


def _write(descriptor, content):
    try:
        with open(descriptor, "wb") as pipe:
            pipe.write(content)
    except OSError:
        pass  # the server ended without reading


class Hider:
    """Takes the values, and the lines of longer ones, out of what a server said."""

    def __init__(self, values):
        parts = {part for value in values.values() for part in [value, *value.splitlines()]}
        hidden = sorted((part for part in parts if len(part) >= SHORTEST_HIDDEN), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, hidden))) if hidden else None

    def hide(self, content):
        """`content`: a text, or what JSON holds."""
        if not self._pattern:
            return content
        if isinstance(content, str):
            return self._pattern.sub("[secret]", content)
        if isinstance(content, list):
            return [self.hide(item) for item in content]
        if isinstance(content, dict):
            return {name: self.hide(item) for name, item in content.items()}
        return content
