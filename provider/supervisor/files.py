"""Files of a service's folder."""

import json
import logging
import logging.handlers
import os

LOG_BYTES, LOG_FILES = 10 * 1024 * 1024, 5


def open_log():
    """log/service.log, which begins anew when it is full."""
    os.makedirs("log", exist_ok=True)
    handler = logging.handlers.RotatingFileHandler("log/service.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("supervisor")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    return log


def read_json(path):
    """None when there is no such file, or none that can be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def write_json(path, content):
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(content, file)
    os.replace(partial, path)


def stamp(path):
    """Tells a file from what somebody else made of it; None without one."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns)


def remove(path):
    try:
        os.remove(path)
    except OSError:
        pass
