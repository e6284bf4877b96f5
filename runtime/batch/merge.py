"""Joins the pieces of all mini-batches, in order, into the output files."""

import csv
import io
import os

from .arguments import Refused
from .state import replace


def merge(state, form, predictions, failures):
    """Writes both files; returns their sizes by name."""
    entries = [state.done[number] for number in sorted(state.done)]
    write = {"csv": _write_csv, "jsonl": _write_bytes, "parquet": _write_parquet}[form]
    pieces = [piece for entry in entries for piece in entry["pieces"]]
    sizes = {predictions: replace(os.path.join(state.output, predictions), lambda file: write(state, pieces, file))}
    sizes[failures] = merge_failures(state, failures)
    return sizes


def merge_failures(state, name):
    pieces = [piece for number in sorted(state.done) for piece in state.done[number]["failures"]]
    return replace(os.path.join(state.output, name), lambda file: _write_bytes(state, pieces, file))


def _write_bytes(state, pieces, file):
    for piece in pieces:
        file.write(_content(state, piece))


def _content(state, piece):
    content = state.read_piece(piece)
    if content is None:
        raise OSError(5, "a part of the results is damaged; run the same command again")
    return content


def _write_csv(state, pieces, file):
    names = list(dict.fromkeys(name for piece in pieces for name in piece[4]))
    file.write(_lines([["input", "row", *names]]))
    for piece in pieces:
        content = _content(state, piece)
        file.write(content if piece[4] == names else _spread(content, piece[4], names))


def _spread(content, own, names):
    """Rows of a piece that lacks columns, or has them in another order."""
    rows = csv.reader(io.StringIO(str(content, "utf-8"), newline=""))
    places = [own.index(name) + 2 if name in own else None for name in names]
    return _lines([*row[:2], *("" if place is None else row[place] for place in places)] for row in rows)


def _lines(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def _write_parquet(state, pieces, file):
    import pyarrow
    import pyarrow.parquet as parquet

    place = pyarrow.schema([("input", pyarrow.string()), ("row", pyarrow.int64())])
    schemas = [place]
    for piece in pieces:
        schema = pyarrow.ipc.open_stream(_content(state, piece)).schema
        if schema != schemas[-1]:
            schemas.append(schema)
    schema = _unified(pyarrow, schemas)
    with parquet.ParquetWriter(file, schema) as writer:
        for piece in pieces:
            table = pyarrow.ipc.open_stream(_content(state, piece)).read_all()
            columns = [
                table.column(field.name).cast(field.type) if field.name in table.column_names
                else pyarrow.nulls(table.num_rows, field.type)
                for field in schema
            ]  # fmt: skip
            writer.write_table(pyarrow.table(columns, schema=schema))


def _unified(pyarrow, schemas):
    try:
        return pyarrow.unify_schemas(schemas, promote_options="permissive")
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as problem:
        rule = "must be one in which columns may hold values of several kinds"
        remedy = "use 'jsonl' in another folder"
        raise Refused(f"'--output-format' {rule}, got 'parquet' ({problem}); {remedy}") from None
