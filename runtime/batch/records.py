"""Mini-batches in order. The rows of a text are cut here, in the coordinator, and read by the workers."""

import itertools
import json

LONGEST_RECORD = 1 << 26


class Records:
    """Lines with content; in CSV a record goes on over line ends in quotes."""

    def __init__(self, lines, is_quoted):
        self._lines, self._is_quoted = iter(lines), is_quoted

    def take(self, count):
        """Up to `count` records."""
        lines = list(itertools.islice(self._lines, count))
        block = b"".join(lines)
        is_plain = not (self._is_quoted and b'"' in block) and not _has_blank(block)
        return lines if is_plain else list(itertools.islice(self._whole(lines), count))

    def _whole(self, lines):
        parts, is_open, size = [], False, 0
        for line in itertools.chain(lines, self._lines):
            parts.append(line)
            size += len(line)
            is_open ^= self._is_quoted and line.count(b'"') % 2 == 1
            if is_open and size > LONGEST_RECORD:
                raise ValueError(f"a quote is not closed: {parts[0][:80]!r}")
            if not is_open:
                record, parts, size = b"".join(parts), [], 0
                if record.strip():
                    yield record
        if parts:
            yield b"".join(parts)


def _has_blank(block):
    return b"\n\n" in block or b"\n\r\n" in block or block[:1] in (b"\n", b"\r")


def mini_batches(sources, size, columns, is_wanted):
    """Yields number, place of the source, first row, count and content; content is None where it is not wanted."""
    numbers = itertools.count()
    for place, source in enumerate(sources):
        cut = {"files": _cut_files, "parquet": _cut_parquet}.get(source.format, _cut_text)
        first = 0
        for count, content in cut(source, size, columns):
            number = next(numbers)
            yield number, place, first, count, content() if is_wanted(number) else None
            first += count


def _cut_text(source, size, _):
    with source.open() as file:
        records = Records(file, source.format == "csv")
        if source.format == "csv":
            records.take(1)
        elif file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        while True:
            taken = records.take(size)
            if not taken:
                return
            yield len(taken), lambda records=taken: b"".join(records)


def _cut_files(source, size, _):
    for start in range(0, len(source.files), size):
        part = source.files[start : start + size]
        yield len(part), lambda part=part: json.dumps(part).encode()


def _cut_parquet(source, size, columns):
    import pyarrow
    import pyarrow.parquet as parquet

    def content(table):
        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        return sink.getvalue()

    held, rows = [], 0
    with parquet.ParquetFile(source.path) as file:
        for batch in file.iter_batches(batch_size=size, columns=columns):
            held, rows = [*held, batch], rows + batch.num_rows
            while rows >= size:
                table = pyarrow.Table.from_batches(held)
                yield size, lambda table=table: content(table.slice(0, size))
                held, rows = table.slice(size).to_batches(), rows - size
        if rows:
            yield rows, lambda: content(pyarrow.Table.from_batches(held))
