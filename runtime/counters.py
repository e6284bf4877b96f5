"""How many scoring requests a process has answered, for `status`."""

import mmap
import os
import struct

LAYOUT = struct.Struct("<QQQ")  # answered; of those 4xx, 5xx


class Counters:
    """Kept in `counts-<pid>` of the reports folder; the supervisor's folder has one for each process there ever was."""

    def __init__(self, folder):
        self._counts = [0, 0, 0]
        self._memory = _memory(folder) if folder else None

    def add(self, status):
        counts = self._counts
        counts[0] += 1
        if status >= 400:
            counts[1 if status < 500 else 2] += 1
        if self._memory:
            LAYOUT.pack_into(self._memory, 0, *counts)


def _memory(folder):
    try:
        descriptor = os.open(os.path.join(folder, f"counts-{os.getpid()}"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError:
        return None  # a full disk is no reason not to serve
    try:
        os.write(descriptor, bytes(LAYOUT.size))
        return mmap.mmap(descriptor, LAYOUT.size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
