"""Scores requests: run() called as the route of the inference server does it, without Flask's share of the cost."""

import inspect
import json
import logging
import traceback

from .batching import rows_in, rows_in_text
from .request import Reply

log = logging.getLogger("azmlinfsrv")
SCRIPT_PROBLEM = "An unexpected error occurred in scoring script. Check the logs for more info."
INTERNAL_PROBLEM = "An unexpected internal error occurred. Check the logs for more info."


class DirectScorer:
    """Answers POST /score of scorers that are given data; `routes.py` of the inference server says how."""

    def __init__(self, script, timeout_ms):
        from azureml_inference_server_http.server import input_parsers, user_script, utils
        from flask import Response

        self._script, self._timeout_ms, self._response = script, timeout_ms, Response
        self._bad_input, self._unsupported_input = input_parsers.BadInput, input_parsers.UnsupportedInput
        self._timed_out, self._failed = user_script.UserScriptTimeout, user_script.UserScriptException
        self._timeout, self._timer = utils.timeout, utils.Timer
        self._is_given_text = isinstance(script.input_parser, input_parsers.JsonStringInput)

    @classmethod
    def of(cls, application, timeout_ms):
        """None where Flask has to take part: a run() that is given the request itself, Application Insights."""
        try:
            from azureml_inference_server_http.server.config import config
            from azureml_inference_server_http.server.input_parsers import JsonStringInput, ObjectInput

            script = application.azml_blueprint.user_script
            is_given_data = isinstance(script.input_parser, (JsonStringInput, ObjectInput))
            reports = config.app_insights_enabled or config.mdc_storage_enabled
            return cls(script, timeout_ms) if is_given_data and not reports else None
        except (ImportError, AttributeError):
            return None  # an inference server that is made otherwise

    @property
    def run_function(self):
        return self._script.get_run_function()

    @property
    def globals(self):
        """Of the scoring script."""
        return inspect.unwrap(self.run_function).__globals__

    def takes(self, request):
        """Flask reads forms, and queries of GET."""
        return request.method == "POST" and not request.is_form

    def score(self, request):
        """Called by the main thread."""
        try:
            result = self._script.invoke_run(request, timeout_ms=self._timeout_ms)
            return self.reply(result.output, result.elapsed_ms)
        except self._bad_input as problem:
            return refusal(400, problem.args[0])
        except self._unsupported_input as problem:
            return refusal(415, problem.args[0])
        except self._timed_out:
            return _failure(f"Scoring timeout after {self._timeout_ms} ms", failed=True)
        except self._failed:
            return _failure(SCRIPT_PROBLEM, failed=True)
        except Exception:
            return _failure(INTERNAL_PROBLEM)

    def reply(self, output, elapsed_ms):
        """What run() returned, as the inference server sends it."""
        elapsed = ("x-ms-run-fn-exec-ms", f"{elapsed_ms:.3f}")
        if isinstance(output, self._response):
            return _reply_of_response(output, elapsed)
        body = json.dumps({} if output is None else output).encode("utf-8")
        return Reply(200, [("content-type", "application/json"), ("x-ms-run-function-failed", "False"), elapsed], body)

    def rows_of(self, request):
        """Arguments of run() as lists of rows; None for a request that has to be scored alone."""
        try:
            values = self._script.input_parser(request)
        except Exception:
            return None
        return rows_in_text(next(iter(values.values()))) if self._is_given_text else rows_in(values)

    def run_rows(self, rows):
        """run() with rows of several requests: its output and milliseconds. Raises what run() raises."""
        if self._is_given_text:
            rows = {self._script.input_parser.parameter_name: json.dumps(rows)}
        with self._timeout(self._timeout_ms), self._timer() as timer:
            output = self.run_function(**rows)
        return output, timer.elapsed_ms


class ScoreWork:
    """What the main thread does for a request."""

    __slots__ = ("request", "_scorer")

    def __init__(self, scorer, request):
        self._scorer, self.request = scorer, request

    def __call__(self):
        return self._scorer.score(self.request)


def refusal(status, message, failed=False):
    return Reply.message(status, message, ("x-ms-run-function-failed", str(failed)))


def _failure(message, failed=False):
    """Says in the log, and only there, what is being handled."""
    log.error("Encountered Exception: %s", traceback.format_exc())
    return refusal(500, message, failed)


def _reply_of_response(response, elapsed):
    status, dropped = response.status_code, ["content-length"]
    failed = []
    if status >= 500:
        dropped.append("x-ms-run-function-failed")
        failed = [("x-ms-run-function-failed", "True")]
    headers = [pair for pair in response.headers if pair[0].lower() not in dropped]
    return Reply(status, [*headers, *failed, elapsed], response.get_data())
