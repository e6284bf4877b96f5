"""The scoring script: what its run() takes, by its input schema, and how rows get there."""

import importlib.util
import inspect
import json
import os
import sys
import traceback

from . import replies
from .parameters import parameters_of

RAW_MODULES = ("azureml_inference_server_http.api.aml_request", "azureml.contrib.services.aml_request")
SCHEMA, JSON_TEXT, RAW = "schema", "text", "raw"


class Scorer:
    """Loads the script, as the inference server does; `init` is called later. `say`: for what a user should know once."""

    def __init__(self, environment, say):
        self._home = os.path.abspath(environment.get("AML_APP_ROOT", "."))
        script = os.path.join(self._home, environment.get("AZUREML_ENTRY_SCRIPT", "score.py"))
        sys.path.insert(0, self._home)
        os.chdir(self._home)
        spec = importlib.util.spec_from_file_location("entry_module", script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.init = module.init
        driven = getattr(module, "driver_module", module)  # the SDK of 2019 put a script of its own before the user's
        self._run = getattr(driven, "run", module.run)
        names = [name for name in inspect.signature(self._run).parameters if name != "request_headers"]
        self._headers = {"request_headers": {}} if "request_headers" in inspect.signature(self._run).parameters else {}
        self._parameters = parameters_of(self._run)
        self._first = names[0]
        is_raw = any(getattr(sys.modules.get(name), "_rawHttpRequested", False) for name in RAW_MODULES)
        self.kind = RAW if is_raw else SCHEMA if self._parameters else JSON_TEXT
        self._say, self._is_by_row = say, False

    def problems(self, source):
        """Why the rows of a source can't be given to run()."""
        if source["format"] == "files":
            return []
        if self.kind == RAW:
            return [
                f"run() takes requests (@rawhttp), got '{source['name']}' with rows; give files with '--format files'"
            ]
        found = (
            parameter.problem(source["columns"], self._parameters, source["format"]) for parameter in self._parameters
        )
        return [f"'{source['name']}' {problem}" for problem in found if problem]

    def types(self, source):
        """Of columns, as far as the schema says."""
        if source["format"] == "files" or not source["columns"]:
            return {}
        found = {}
        for parameter in self._parameters:
            found.update(parameter.types(source["columns"], self._parameters))
        return found

    def score(self, rows, count, before_call):
        """One item for each row. Raises what run() raises, when a row is bad."""
        if count > 1 and (self._is_by_row or any(parameter.is_single(rows) for parameter in self._parameters)):
            return None
        before_call()
        reply = replies.plain(self._call(rows))
        items = replies.items_in(reply, count)
        if items is None and count == 1:
            return [reply]
        if items is None:
            self._is_by_row = not isinstance(reply, list)
            got = f"a list of {len(reply)}" if isinstance(reply, list) else type(reply).__name__
            self._say(
                f"run() must return a list with an item for each row to be given many, got {got}; rows go one by one"
            )
        return items

    def score_file(self, path):
        """The file is the body of a request."""
        with open(path, "rb") as file:
            body = file.read()
        if self.kind == RAW:
            return replies.plain(self._run(_request(path, body)))
        if self.kind == JSON_TEXT:
            return replies.plain(self._run(**{self._first: body.decode("utf-8")}, **self._headers))
        values = json.loads(body)
        names = [name for name in inspect.signature(self._run).parameters if name in values]
        return replies.plain(self._run(**{name: values[name] for name in names}, **self._headers))

    def _call(self, rows):
        if self.kind == JSON_TEXT:
            return self._run(
                **{self._first: json.dumps({"data": rows.plain()}, default=replies.jsonable)}, **self._headers
            )
        values = {}
        for parameter in self._parameters:
            parameter.add_to(values, rows, self._parameters)
        return self._run(**values, **self._headers)


def reason_of(problem):
    """The last line of the traceback, with the place in the scorer's own files if it got there."""
    if isinstance(problem, replies.Rejected):
        return str(problem)
    home = os.path.abspath(os.environ.get("AML_APP_ROOT", ".")) + os.sep
    own = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if os.path.abspath(frame.filename).startswith(home)
    ]
    last = traceback.format_exception_only(type(problem), problem)[-1].strip()
    return f"{last} ({os.path.relpath(own[-1].filename, home)}, line {own[-1].lineno})" if own else last


def _request(path, body):
    import mimetypes

    from flask import Request
    from werkzeug.test import EnvironBuilder

    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Request(EnvironBuilder("/score", method="POST", data=body, content_type=kind).get_environ())
