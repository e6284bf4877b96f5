"""What a run keeps in its output folder, so that another can go on with it: a manifest, a journal, and segments.

A worker appends what it has scored to a segment of its own. The journal has a line for each mini-batch that is done, with
the pieces of segments that it consists of and their checksums. What no line names was never there; what does not have its
checksum, after a loss of power, is scored again.
"""

import fcntl
import json
import os
import shutil
import uuid
import zlib

from .arguments import Refused

FOLDER = ".scorestack-batch"
AGAIN = "use another folder for '--output', or '--restart' to begin anew"


class Segment:
    """Pieces of this process's results."""

    def __init__(self, folder):
        self._name, self._size = uuid.uuid4().hex, 0
        self._path, self._file = os.path.join(folder, self._name), None

    def append(self, content):
        """Where it is: segment, offset, size, checksum."""
        self._file = self._file or open(self._path, "xb", buffering=0)
        offset, view = self._size, memoryview(content)
        while view.nbytes:
            view = view[self._file.write(view) :]
        self._size += memoryview(content).nbytes
        return [self._name, offset, self._size - offset, zlib.crc32(content)]


class State:
    def __init__(self, output, shard):
        self.output = output
        self._root = os.path.join(output, FOLDER)
        self.folder = os.path.join(self._root, "shard-{}-of-{}".format(*shard)) if shard else self._root
        self.segments = os.path.join(self.folder, "segments")
        self.done, self._shard = {}, shard
        self._lock = self._journal = None

    def lock(self):
        """Held until this process ends, however it does."""
        os.makedirs(self.folder, exist_ok=True)
        self._lock = os.open(os.path.join(self.folder, "lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"'--output' must be a folder of this run alone, got '{self.output}', to which another writes now"
            ) from None

    def begin(self, manifest, targets, restarts):
        """Takes up what is there. Returns what the run before told at its end, if it came so far. Raises Refused."""
        if restarts:
            self._forget(targets)
        others = [name for name in self._shares() if not self._shard or not name.endswith(f"-of-{self._shard[1]}")]
        if others or self._shard and os.path.exists(os.path.join(self._root, "manifest.json")):
            raise Refused(f"'--output' has results of a run with other shards, got '{self.output}'; {AGAIN}")
        kept = self._read("manifest.json")
        if kept is None:
            there = [target for target in targets if os.path.exists(os.path.join(self.output, target))]
            if there:
                raise Refused(
                    f"'--output' has {there[0]}, of which this run does not know, got '{self.output}'; {AGAIN}"
                )
        if kept is None or not kept.get("finished") and not self._has_results():
            self._write("manifest.json", manifest)
        else:
            self._compare(kept, manifest)
        if kept and kept.get("finished"):
            self._check_finished(kept["finished"])
            self._clean()
            return kept["finished"]
        os.makedirs(self.segments, exist_ok=True)
        self._open_journal()
        return None

    def _has_results(self):
        journal = os.path.join(self.folder, "journal.jsonl")
        return os.path.exists(journal) and os.path.getsize(journal) > 0

    def _shares(self):
        return [name for name in os.listdir(self._root) if name.startswith("shard-")]

    def _forget(self, targets):
        for target in ["manifest.json", *targets]:
            folder = self.folder if target == "manifest.json" else self.output
            if os.path.exists(os.path.join(folder, target)):
                os.remove(os.path.join(folder, target))
        if not self._shard:
            for name in self._shares():
                shutil.rmtree(os.path.join(self._root, name))
        self._clean()

    def _compare(self, kept, manifest):
        for key, what in (("image", "another image"), ("inputs", "other input"), ("options", "other options")):
            if kept.get(key) != manifest[key]:
                old, new = _difference(kept.get(key), manifest[key])
                raise Refused(f"'--output' has results of {what} ({old}; now {new}), got '{self.output}'; {AGAIN}")

    def _check_finished(self, finished):
        for name, size in finished["files"].items():
            path = os.path.join(self.output, name)
            if not os.path.exists(path) or os.path.getsize(path) != size:
                raise Refused(f"'--output' had a finished run, but its {name} is gone or changed since; {AGAIN}")

    def _open_journal(self):
        """Drops a last line that is not whole, and lines whose pieces are damaged."""
        path = os.path.join(self.folder, "journal.jsonl")
        size = 0
        if os.path.exists(path):
            with open(path, "rb") as file:
                for line in file:
                    entry = _entry(line)
                    if entry is None:
                        break
                    size += len(line)
                    if all(self.read_piece(piece) is not None for piece in [*entry["pieces"], *entry["failures"]]):
                        self.done[entry["number"]] = entry
        self._journal = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.ftruncate(self._journal, size)
        os.lseek(self._journal, size, os.SEEK_SET)

    def read_piece(self, piece):
        """None for one that is not as it was written."""
        name, offset, size, checksum = piece[:4]
        try:
            with open(os.path.join(self.segments, name), "rb") as file:
                file.seek(offset)
                content = file.read(size)
        except FileNotFoundError:
            return None
        return content if zlib.crc32(content) == checksum and len(content) == size else None

    def add(self, entry):
        line = (json.dumps(entry, separators=(",", ":")) + "\n").encode()
        if os.write(self._journal, line) < len(line):
            raise OSError(28, "No space left on device")
        self.done[entry["number"]] = entry

    def finish(self, manifest, finished):
        self._write("manifest.json", {**manifest, "finished": finished})
        self._clean()

    def _clean(self):
        shutil.rmtree(self.segments, ignore_errors=True)
        if os.path.exists(os.path.join(self.folder, "journal.jsonl")):
            os.remove(os.path.join(self.folder, "journal.jsonl"))

    def _read(self, name):
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def _write(self, name, value):
        replace(os.path.join(self.folder, name), lambda file: file.write(json.dumps(value, indent=1).encode()))


def replace(path, write):
    """The file is there whole, or as it was before. Returns its size."""
    partial = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.partial")
    try:
        with open(partial, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        size = os.path.getsize(partial)
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.remove(partial)
        raise
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return size


def _entry(line):
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None


def _difference(old, new):
    """The first part in which two values differ, as text."""
    if isinstance(old, dict) and isinstance(new, dict):
        key = next(key for key in [*old, *new] if old.get(key) != new.get(key))
        return f"{key}: {old.get(key)}", f"{key}: {new.get(key)}"
    if isinstance(old, list) and isinstance(new, list):
        pairs = zip([*old, *[None] * len(new)], [*new, *[None] * len(old)])
        return next((str(left), str(right)) for left, right in pairs if left != right)
    return str(old), str(new)
