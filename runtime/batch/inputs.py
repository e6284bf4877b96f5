"""What there is to score: tables, or files one by one."""

import csv
import gzip
import json
import os
from dataclasses import dataclass
from typing import Optional

from .arguments import Refused
from .records import Records

TABLES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}
COUNTED_BYTES = 1 << 30  # the lines of larger inputs are estimated
NO_PYARROW = "needs pyarrow in the image: add pyarrow to its conda.yml, or give CSV or JSON lines"


@dataclass
class Source:
    """A table, or all the files that are to be scored one by one (`files`: pairs of name and path)."""

    name: str
    path: str
    format: str
    size: int = 0
    changed_ns: int = 0
    columns: Optional[list] = None
    files: Optional[list] = None
    rows: Optional[int] = None

    @property
    def is_compressed(self):
        return self.path.endswith(".gz")

    def open(self):
        return gzip.open(self.path) if self.is_compressed else open(self.path, "rb", buffering=1 << 20)


def find_sources(paths, wanted):
    """Sources in the given order, with their columns. Raises Refused with all problems."""
    problems, found = [], []
    for path in paths:
        if not os.path.exists(path):
            problems.append(f"'--input' must be there, got '{path}'")
        elif os.path.isdir(path):
            found += _files_of(path) or problems.append(f"'--input' must hold files, got '{path}'") or []
        else:
            found.append(path)
    if problems:
        raise Refused(*problems)
    formats = {path: wanted if wanted != "auto" else format_of(path) for path in found}
    kinds = {form == "files" for form in formats.values()}
    if len(kinds) > 1:
        tables = next(path for path, form in formats.items() if form != "files")
        other = next(path for path, form in formats.items() if form == "files")
        raise Refused(
            f"'--input' must be tables or single files, not both, got '{tables}' and '{other}'; give '--format'"
        )
    if kinds == {True}:
        return [_folder_source(found)]
    sources = [_table_source(path, form, problems) for path, form in formats.items()]
    if problems:
        raise Refused(*problems)
    return sources


def format_of(path):
    base = path[:-3] if path.endswith(".gz") else path
    return TABLES.get(os.path.splitext(base)[1].lower(), "files")


def _files_of(folder):
    """Sorted; without those that start with a dot or an underscore, which mark folders in data lakes."""
    found = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        found += [os.path.join(place, name) for name in names if name[0] not in "._"]
    return sorted(found)


def _folder_source(paths):
    stats = [os.stat(path) for path in paths]
    size, changed = sum(stat.st_size for stat in stats), max(stat.st_mtime_ns for stat in stats)
    files = [(path, os.path.abspath(path)) for path in paths]
    return Source("", "", "files", size, changed, files=files, rows=len(files))


def _table_source(path, form, problems):
    stat = os.stat(path)
    source = Source(path, os.path.abspath(path), form, stat.st_size, stat.st_mtime_ns)
    try:
        read = {"csv": _csv_columns, "jsonl": _jsonl_columns, "parquet": _parquet_columns}[form]
        source.columns = read(source)
    except (OSError, ValueError, EOFError) as problem:
        problems.append(f"'{path}' must be {form}: {problem}")
    return source


def _csv_columns(source):
    with source.open() as file:
        [header] = Records(file, True).take(1) or [b""]
    names = next(csv.reader([header.decode("utf-8-sig")]), [])
    if not names:
        raise ValueError("the first line must name the columns, and there is none")
    if len(set(names)) < len(names):
        raise ValueError(f"the columns must have names of their own, got {', '.join(names)}")
    if all(map(_is_number, names)):
        raise ValueError(f"the first line must name the columns, got {', '.join(names[:5])}")
    return names


def _is_number(text):
    try:
        return float(text) is not None
    except ValueError:
        return False


def _jsonl_columns(source):
    """None for rows that are no objects."""
    with source.open() as file:
        first = Records(file, False).take(1)
    row = json.loads(first[0].decode("utf-8-sig")) if first else None
    return list(row) if isinstance(row, dict) else None


def _parquet_columns(source):
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise ValueError(f"Parquet {NO_PYARROW}") from None
    with parquet.ParquetFile(source.path) as file:
        source.rows = file.metadata.num_rows
        return file.schema_arrow.names


def count_rows(source):
    """Rows of a table, to tell how far a run is; an estimate where counting would take long."""
    if source.rows is not None:
        return source.rows
    with source.open() as file:
        if source.size <= COUNTED_BYTES and not source.is_compressed:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        else:
            sample = file.read(1 << 22)
            lines = round(sample.count(b"\n") * source.size * (8 if source.is_compressed else 1) / max(1, len(sample)))
    return max(0, lines - (source.format == "csv"))
