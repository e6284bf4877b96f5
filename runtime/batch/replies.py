"""What run() returns, as one item for each row; and how items are written."""

import base64
import csv
import io
import json
import math

try:
    import pyarrow
    import pyarrow.csv as arrow_csv
except ImportError:
    pyarrow = None

PLACE = ("input", "row")
ALONE = "prediction"  # the column of items that are no objects


class Rejected(Exception):
    """run() answered with an error of its own."""


def plain(reply):
    """A reply as a JSON value would be read, whatever run() made it of."""
    if isinstance(reply, str):
        try:
            value = json.loads(reply)
        except ValueError:
            return reply
        return value if isinstance(value, (list, dict)) else reply
    if hasattr(reply, "status_code") and hasattr(reply, "get_data"):
        return _plain_response(reply)
    if hasattr(reply, "to_dict") and hasattr(reply, "columns"):
        return reply.to_dict(orient="records")
    if hasattr(reply, "tolist"):
        return reply.tolist()
    return list(reply) if isinstance(reply, tuple) else reply


def _plain_response(response):
    body = response.get_data()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = base64.b64encode(body).decode("ascii")
    value = plain(text)
    if response.status_code >= 400:
        message = value.get("message", value) if isinstance(value, dict) else value
        raise Rejected(f"status {response.status_code}: {message}")
    return value


def items_in(reply, count):
    """A list of `count` items, also from an object of such lists; None if there is none in it."""
    if isinstance(reply, list):
        return reply if len(reply) == count else None
    if not isinstance(reply, dict) or not reply:
        return None
    columns = [plain(values) for values in reply.values()]
    if not all(isinstance(values, list) and len(values) == count for values in columns):
        return None
    return columns[0] if len(columns) == 1 else [dict(zip(reply, row)) for row in zip(*columns)]


def jsonable(value):
    """For what json.dumps does not know."""
    for method in ("item", "tolist", "isoformat"):
        if hasattr(value, method):
            return getattr(value, method)()
    return str(value)


def columns_of(items):
    """Columns of objects, in the order of their first appearance; those of a row's place keep their names."""
    if not any(isinstance(item, dict) for item in items):
        return {ALONE: items}
    names = list(dict.fromkeys(name for item in items if isinstance(item, dict) for name in item))
    columns = {_free(name): [item.get(name) if isinstance(item, dict) else None for item in items] for name in names}
    if not all(isinstance(item, dict) for item in items):
        columns[ALONE] = [None if isinstance(item, dict) else item for item in items]
    return columns


def _free(name):
    return f"{ALONE}.{name}" if name in PLACE else str(name)


def encode(form, inputs, rows, items):
    """Rows of an output file as bytes, and the names of their columns. `inputs`: one name for all, or a list."""
    if form == "jsonl":
        return _jsonl(inputs, rows, items), None
    columns = columns_of(items)
    if form == "parquet":
        return _arrow(inputs, rows, columns), None
    return _csv(inputs, rows, columns), list(columns)


def _jsonl(inputs, rows, items):
    names = [inputs] * len(items) if isinstance(inputs, str) else inputs
    lines = []
    for name, row, item in zip(names, rows, items):
        fields = {_free(key): value for key, value in item.items()} if isinstance(item, dict) else {ALONE: item}
        lines.append(dump({"input": name, "row": row, **fields}))
    return ("\n".join(lines) + "\n").encode("utf-8") if lines else b""


def dump(value):
    """JSON without NaN and infinity, which it does not have."""
    try:
        return json.dumps(value, default=jsonable, allow_nan=False, ensure_ascii=False)
    except ValueError:
        return json.dumps(_finite(json.loads(json.dumps(value, default=jsonable))), ensure_ascii=False)


def _finite(value):
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return {key: _finite(item) for key, item in value.items()} if isinstance(value, dict) else value


def text_of(value):
    return dump(value) if isinstance(value, (dict, list)) else value


def _table(inputs, rows, columns):
    names = pyarrow.repeat(inputs, len(rows)) if isinstance(inputs, str) else pyarrow.array(inputs, pyarrow.string())
    return pyarrow.table({"input": names, "row": pyarrow.array(rows, pyarrow.int64()), **columns})


def _csv(inputs, rows, columns):
    if pyarrow is not None:
        try:
            arrays = {name: _flat(values) for name, values in columns.items()}
            sink = pyarrow.BufferOutputStream()
            arrow_csv.write_csv(_table(inputs, rows, arrays), sink, arrow_csv.WriteOptions(include_header=False))
            return sink.getvalue()
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError):
            pass  # values of several kinds in one column
    text = io.StringIO()
    names = [inputs] * len(rows) if isinstance(inputs, str) else inputs
    values = [[text_of(value) for value in column] for column in columns.values()]
    csv.writer(text, lineterminator="\n").writerows(zip(names, rows, *values))
    return text.getvalue().encode("utf-8")


def _flat(values):
    array = pyarrow.array(values)
    return (
        pyarrow.array([None if v is None else text_of(v) for v in values])
        if pyarrow.types.is_nested(array.type)
        else array
    )


def _arrow(inputs, rows, columns):
    """An Arrow stream; the types of all mini-batches are joined at the end."""
    arrays = {}
    for name, values in columns.items():
        try:
            arrays[name] = pyarrow.array(values)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
            arrays[name] = pyarrow.array([None if v is None else v if isinstance(v, str) else dump(v) for v in values])
    table, sink = _table(inputs, rows, arrays), pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()
