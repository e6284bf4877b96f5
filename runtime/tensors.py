"""Tensors of the Open Inference Protocol as request bodies, and replies as tensors."""

import json
import math
import struct

from .open_inference import message

JSON_TYPE, BYTES_TYPE = "application/json", "application/octet-stream"
# Datatype: field of its contents, and a value's layout where contents are raw.
DATATYPES = {
    "BOOL": ("bool_contents", "?"),
    "INT8": ("int_contents", "b"),
    "INT16": ("int_contents", "h"),
    "INT32": ("int_contents", "i"),
    "INT64": ("int64_contents", "q"),
    "UINT8": ("uint_contents", "B"),
    "UINT16": ("uint_contents", "H"),
    "UINT32": ("uint_contents", "I"),
    "UINT64": ("uint64_contents", "Q"),
    "FP16": (None, "e"),
    "FP32": ("fp32_contents", "f"),
    "FP64": ("fp64_contents", "d"),
    "BYTES": ("bytes_contents", None),
}
MOST_EXACT = 2**53  # larger integers are not all floats


class BadTensor(Exception):
    """What is wrong with a request's tensors, for its sender."""


def bodies_of(request):
    """What is sent to the scoring server: a list of bodies, their content type, and whether each is an element of a tensor."""
    inputs = request.inputs
    if not inputs:
        raise BadTensor("a request needs at least one input")
    if request.raw_input_contents and len(request.raw_input_contents) != len(inputs):
        raise BadTensor(f"raw_input_contents has {len(request.raw_input_contents)} entries for {len(inputs)} inputs")
    raw = list(request.raw_input_contents) or [None] * len(inputs)
    values = [_values(tensor, content) for tensor, content in zip(inputs, raw)]
    if any(tensor.datatype == "BYTES" for tensor in inputs):
        if len(inputs) > 1:
            raise BadTensor("a tensor of BYTES must be the only input: each of its elements is a request body")
        kind = inputs[0].parameters["content_type"].string_param if "content_type" in inputs[0].parameters else BYTES_TYPE
        return values[0], kind, True
    names = [tensor.name for tensor in inputs]
    if len(set(names)) < len(names) or "" in names:
        raise BadTensor("each input needs a name of its own")
    content = {tensor.name: _nested(flat, list(tensor.shape)) for tensor, flat in zip(inputs, values)}
    try:
        return [json.dumps(content, allow_nan=False).encode()], JSON_TYPE, False
    except ValueError:
        raise BadTensor("NaN and infinity are no JSON numbers") from None


def _values(tensor, raw):
    """The elements of a tensor, as many as its shape says."""
    if tensor.datatype not in DATATYPES:
        raise BadTensor(f"input '{tensor.name}': datatype must be one of {', '.join(DATATYPES)}, got '{tensor.datatype}'")
    if any(size < 0 for size in tensor.shape):
        raise BadTensor(f"input '{tensor.name}': a shape has no negative size")
    field, layout = DATATYPES[tensor.datatype]
    if raw is not None:
        values = _unpacked(tensor.name, raw, layout)
    elif field is None:
        raise BadTensor(f"input '{tensor.name}': {tensor.datatype} is sent as raw_input_contents alone")
    else:
        values = list(getattr(tensor.contents, field))
    expected = math.prod(tensor.shape)
    if len(values) != expected:
        raise BadTensor(f"input '{tensor.name}': its shape has {expected} elements, its {tensor.datatype} contents {len(values)}")
    return values


def _unpacked(name, raw, layout):
    """Raw contents are little-endian; an element of BYTES has its length before it."""
    if layout:
        size = struct.calcsize(f"<{layout}")
        if len(raw) % size:
            raise BadTensor(f"input '{name}': its raw contents are no whole number of elements")
        return list(struct.unpack(f"<{len(raw) // size}{layout}", raw))
    values, place = [], 0
    while place < len(raw):
        start = place + 4
        length = int.from_bytes(raw[place:start], "little")
        place = start + length
        if start > len(raw) or place > len(raw):
            raise BadTensor(f"input '{name}': its raw contents end in mid-element")
        values.append(raw[start:place])
    return values


def _nested(flat, shape):
    if not shape:
        return flat[0]
    for size in reversed(shape[1:]):
        flat = [flat[start : start + size] for start in range(0, len(flat), size)] if size else [[] for _ in range(shape[0])]
    return flat


def output_of(replies, is_per_element):
    """The one output: numbers as FP64 with the shape of their lists, anything else as BYTES, with JSON for each item."""
    parsed = [_parsed(reply) for reply in replies]
    content = parsed if is_per_element else parsed[0]
    shape = _shape(content)
    tensor = message("inference.ModelInferResponse").InferOutputTensor(name="output")
    if shape is not None:
        tensor.datatype = "FP64"
        tensor.shape.extend(shape)
        tensor.contents.fp64_contents.extend(_flat(content))
        return tensor
    items = replies
    if not is_per_element and isinstance(content, list):
        items = [json.dumps(item).encode() for item in content]
    tensor.datatype = "BYTES"
    tensor.shape.append(len(items))
    tensor.contents.bytes_contents.extend(items)
    return tensor


def _parsed(reply):
    try:
        return json.loads(reply)
    except ValueError:  # an image, or any other reply that is no JSON
        return None


def _shape(content):
    """The shape of numbers in lists of equal lengths; None of anything else. One number alone has the shape [1]."""
    found = _inner_shape(content)
    return [1] if found == [] else found


def _inner_shape(content):
    if isinstance(content, list):
        shapes = [_inner_shape(item) for item in content]
        is_even = all(shape is not None and shape == shapes[0] for shape in shapes)
        return [len(content), *(shapes[0] if shapes else [])] if is_even else None
    if isinstance(content, bool) or not isinstance(content, (int, float)):
        return None
    return None if isinstance(content, int) and abs(content) > MOST_EXACT else []


def _flat(content):
    return [number for item in content for number in _flat(item)] if isinstance(content, list) else [float(content)]
