"""Rows of a mini-batch in a worker: read from CSV, JSON lines or Arrow, given out as the scorer wants them."""

import csv
import io
import json

try:
    import pyarrow
    import pyarrow.csv as arrow_csv
    import pyarrow.json as arrow_json
except ImportError:
    pyarrow = None

from .records import Records

FLOAT, TEXT = "float", "text"  # types that a scorer asks for; the others show in the values


class Content:
    """The content of a mini-batch. A part of it is read at a time, so that a bad row spoils only the part that it is in."""

    def __init__(self, source, count, content):
        self._source, self.count, self._content, self._records = source, count, content, None
        self.name, self.is_files = source["name"], source["format"] == "files"
        if source["format"] == "parquet":
            self._table = pyarrow.ipc.open_stream(content).read_all().select(source["columns"])

    def read(self, types, start, end):
        """Raises ValueError for rows that can't be read."""
        form = self._source["format"]
        if form == "parquet":
            return ArrowRows(self._table.slice(start, end - start))
        read = _read_csv if form == "csv" else _read_jsonl
        rows = read(self._part(start, end), self._source["names"], self._source["columns"], types)
        if rows.count != end - start:
            raise ValueError(f"expected {end - start} rows, read {rows.count}")
        return rows

    def files(self):
        """Pairs of name and path."""
        self._records = self._records or json.loads(bytes(self._content))
        return self._records

    def place(self, first, row):
        """Of a row of this mini-batch, as it stands in the output."""
        name, number = (self.files()[row][0], 0) if self.is_files else (self.name, first + row)
        return {"input": name, "row": number}

    def _part(self, start, end):
        if (start, end) == (0, self.count):
            return self._content
        if self._records is None:
            self._records = Records(io.BytesIO(self._content), self._source["format"] == "csv").take(self.count)
        return b"".join(self._records[start:end])


class ArrowRows:
    def __init__(self, table):
        self._table, self.names, self.count = table, table.column_names, table.num_rows

    def has(self, name):
        return name in self.names

    def values(self, name):
        return self._table.column(name).to_pylist()

    def array(self, name, dtype):
        """A column as numpy has it, missing numbers as NaN."""
        column = self._table.column(name)
        if dtype.kind in "iub" and column.null_count:
            raise ValueError(f"column '{name}' has no value")
        values = column.to_numpy()
        return values if values.dtype == dtype else values.astype(dtype)

    def frame(self, names):
        return self._table.select(names).to_pandas()

    def records(self):
        return self._table.to_pylist()

    def plain(self):
        return self.lists(self.names)

    def lists(self, names):
        return [list(row) for row in zip(*(self.values(name) for name in names))]


class PlainRows:
    """`rows`: lists in the order of `names`, objects of which these are names, or JSON values where there are no names."""

    def __init__(self, rows, names=None):
        self._rows, self.names, self.count = rows, names, len(rows)
        self._is_json = not names or isinstance(rows[0], dict)

    def has(self, name):
        return name in (self.names or ())

    def values(self, name):
        key = name if self._is_json else self.names.index(name)
        return [row[key] for row in self._rows]

    def array(self, name, dtype):
        import numpy

        return numpy.array(self.values(name), dtype=dtype)

    def frame(self, names):
        import pandas

        return pandas.DataFrame({name: self.values(name) for name in names}, columns=names)

    def records(self):
        return self._rows if self._is_json else [dict(zip(self.names, row)) for row in self._rows]

    def plain(self):
        """As the rows were written."""
        return self._rows

    def lists(self, names):
        return [list(row) for row in zip(*(self.values(name) for name in names))] if self.names else self._rows


def _read_csv(content, names, columns, types):
    if pyarrow is None:
        return _read_plain_csv(content, names, columns, types)
    table = _parse_csv(content, names, columns, {name: _arrow_type(kind) for name, kind in types.items()})
    # Dates stay as they are written.
    guessed = [field.name for field in table.schema if pyarrow.types.is_temporal(field.type)]
    if guessed:
        texts = {name: pyarrow.string() for name in guessed}
        table = _parse_csv(content, names, columns, {**{field.name: field.type for field in table.schema}, **texts})
    return ArrowRows(table)


def _parse_csv(content, names, columns, types):
    return arrow_csv.read_csv(
        pyarrow.BufferReader(content),
        arrow_csv.ReadOptions(column_names=names, block_size=len(content) + 1, use_threads=False),
        arrow_csv.ParseOptions(newlines_in_values=b'"' in content),
        arrow_csv.ConvertOptions(
            include_columns=columns, column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _arrow_type(kind):
    return {FLOAT: pyarrow.float64(), TEXT: pyarrow.string()}[kind]


def _read_plain_csv(content, names, columns, types):
    places = [(names.index(name), types.get(name)) for name in columns]
    rows = []
    for fields in csv.reader(io.StringIO(str(content, "utf-8"), newline="")):
        if len(fields) != len(names):
            raise ValueError(f"expected {len(names)} columns, got {len(fields)}")
        rows.append([_value(fields[place], kind) for place, kind in places])
    return PlainRows(rows, columns)


def _value(text, kind):
    if text == "":
        return None
    if kind == TEXT:
        return text
    if kind == FLOAT:
        return float(text)
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(text.lower(), text)


def _read_jsonl(content, names, columns, types):
    """By pyarrow where the scorer's types say what to read; it knows no rows but objects."""
    if pyarrow is not None and types and columns and set(columns) == set(types):
        schema = pyarrow.schema([(name, _arrow_type(types[name])) for name in columns])
        read = arrow_json.ReadOptions(block_size=len(content) + 1, use_threads=False)
        parse = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        return ArrowRows(arrow_json.read_json(pyarrow.BufferReader(content), read, parse))
    rows = [json.loads(line) for line in bytes(content).splitlines()]
    return PlainRows(rows if columns == names else [{name: row[name] for name in columns} for row in rows], columns)
