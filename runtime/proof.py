"""Sample requests: asked of the application in this process, compared with the replies they should have."""

import json
import logging
import math
import os

from .request import Request

DEFAULT_TOLERANCE = 1e-6


async def prove(ask, samples_dir):
    """Asks every `*.json` of `samples_dir`; `ask` takes a Request and gives its Reply.

    Returns a list of failures, each {"sample", "problem", "log"}; empty when all replies are as expected.
    """
    failures = []
    for name in sorted(entry for entry in os.listdir(samples_dir) if entry.endswith(".json")):
        with open(os.path.join(samples_dir, name), encoding="utf-8") as file:
            sample = json.load(file)
        with _captured_errors() as errors:
            reply = await ask(_request_of(sample.get("request", {}), samples_dir))
        problem = compare(sample.get("reply", {}), reply.status, dict(reply.headers), reply.body)
        if problem:
            failures.append({"sample": name, "problem": problem, "log": "\n".join(errors)})
    return failures


def _request_of(request, samples_dir):
    headers, body = request.get("headers", {}), b""
    if "json" in request:
        body = json.dumps(request["json"]).encode("utf-8")
        if not any(name.lower() == "content-type" for name in headers):
            headers = {**headers, "Content-Type": "application/json"}
    elif "text" in request:
        body = request["text"].encode("utf-8")
    elif "bodyFile" in request:
        with open(os.path.join(samples_dir, request["bodyFile"]), "rb") as file:
            body = file.read()
    return Request.of(request.get("method", "POST"), request.get("path", "/score"), headers, body)


def compare(reply, status, headers, body):
    """Compares an answer with the expected `reply`; returns the first difference in words, or None."""
    expected_status = reply.get("status", 200)
    if status != expected_status:
        return f"expected status {expected_status}, got {status}: {_excerpt(body)}"
    lower = {name.lower(): value for name, value in headers.items()}
    for name, value in reply.get("headers", {}).items():
        if lower.get(name.lower()) != value:
            return f"expected header {name}: {value}, got {lower.get(name.lower())}"
    if "json" in reply:
        try:
            got = json.loads(body)
        except ValueError:
            return f"expected JSON, got {_excerpt(body)}"
        return difference(reply["json"], got, float(reply.get("tolerance", DEFAULT_TOLERANCE)))
    text = body.decode("utf-8", "replace")
    if "text" in reply and text != reply["text"]:
        return f"expected {reply['text']!r}, got {_excerpt(body)}"
    if "contains" in reply and reply["contains"] not in text:
        return f"expected a reply that contains {reply['contains']!r}, got {_excerpt(body)}"
    return None


def difference(expected, got, tolerance, path="$"):
    """First difference between two JSON values, numbers within tolerance * max(1, |expected|); None when equal."""
    if _is_number(expected) and _is_number(got):
        return None if _is_near(expected, got, tolerance) else f"{path}: expected {expected}, got {got}"
    if type(expected) is not type(got):
        return f"{path}: expected {json.dumps(expected)}, got {json.dumps(got)}"
    if isinstance(expected, list):
        if len(expected) != len(got):
            return f"{path}: expected {len(expected)} elements, got {len(got)}"
        pairs = [(f"{path}[{index}]", left, right) for index, (left, right) in enumerate(zip(expected, got))]
    elif isinstance(expected, dict):
        if expected.keys() != got.keys():
            return f"{path}: expected fields {sorted(expected)}, got {sorted(got)}"
        pairs = [(f"{path}.{key}", expected[key], got[key]) for key in sorted(expected)]
    else:
        return None if expected == got else f"{path}: expected {json.dumps(expected)}, got {json.dumps(got)}"
    for where, left, right in pairs:
        found = difference(left, right, tolerance, where)
        if found:
            return found
    return None


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_near(expected, got, tolerance):
    """Nothing is near NaN or infinity: they are no answers, and no JSON."""
    if expected == got:
        return True
    try:
        return math.isfinite(expected) and abs(expected - got) <= tolerance * max(1.0, abs(expected))
    except OverflowError:  # an integer beyond all floats
        return False


def _excerpt(body):
    text = body.decode("utf-8", "replace")
    return repr(text if len(text) <= 300 else text[:300] + "…")


class _captured_errors:
    """Collects what the inference server logs as an error: the scorer's own traceback is only there."""

    def __enter__(self):
        self._errors = []
        self._handler = logging.Handler(logging.ERROR)
        self._handler.emit = lambda record: self._errors.append(self._handler.format(record))
        logging.getLogger("azmlinfsrv").addHandler(self._handler)
        return self._errors

    def __exit__(self, *_):
        logging.getLogger("azmlinfsrv").removeHandler(self._handler)
