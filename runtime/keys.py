"""Keys that a service accepts."""

import hashlib
import hmac
import json
import logging
import os

log = logging.getLogger("azmlinfsrv")


class Keys:
    """Accepted keys, kept as digests; the file is read again when it changes, so that keys rotate without a restart."""

    def __init__(self, path):
        self._path, self._stamp, self._digests = path, None, []
        self._read()

    def accept(self, key):
        try:
            self._read()
        except (OSError, ValueError) as problem:
            log.error("the keys file can't be read, the keys stay as they were: %s", problem)
        digest = hashlib.sha256(key.encode("utf-8")).hexdigest()
        # Every digest is compared, so that the time taken does not tell which one matched.
        return sum(hmac.compare_digest(digest, accepted) for accepted in self._digests) > 0

    def _read(self):
        stat = os.stat(self._path)
        stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if stamp != self._stamp:
            with open(self._path, encoding="utf-8") as file:
                self._digests = json.load(file)
            self._stamp = stamp
