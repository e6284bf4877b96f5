"""What stands between the HTTP server and the inference application: keys, body limit, turns, identity.

A WSGI middleware of the standard library alone. `run()` is called by the main thread, one request at a time, as under
the inference server's own worker; other requests are read, checked and refused meanwhile.
"""

import io
import json
import logging
import threading
from dataclasses import dataclass

from bodies import FIRST_BYTES, Refusal, Room, declared_length, discard_body, read_body, too_large
from keys import Keys
from turns import Busy, Overdue, Turns

ANSWER_SECONDS = 0.5  # the inference server has to answer an overdue request itself, before this does
BODIES_IN_HAND = 4  # as many bodies of the largest size are held at a time

log = logging.getLogger("azmlinfsrv.front")


@dataclass(frozen=True)
class FrontSettings:
    """`scoring_timeout_ms`: longest run(). `max_body_bytes`: longest request body. `keys_file`: JSON list of SHA-256
    hex digests of the accepted keys, read again when it changes; empty for no authentication. `identity`: what
    `/version` answers. `stuck_grace_seconds`: how long a run() may go on after its timeout before the process is
    replaced. `max_requests`: scoring requests that are held at a time, running or waiting."""

    scoring_timeout_ms: int
    max_body_bytes: int
    keys_file: str
    identity: dict
    stuck_grace_seconds: float = 10.0
    max_requests: int = 64

    @classmethod
    def from_environment(cls, environment):
        return cls(
            scoring_timeout_ms=int(environment.get("SCORING_TIMEOUT_MS", "60000")),
            max_body_bytes=int(environment.get("SCORESTACK_MAX_BODY_BYTES", str(100 * 1024 * 1024))),
            keys_file=environment.get("SCORESTACK_KEYS_FILE", ""),
            identity=json.loads(environment.get("SCORESTACK_IDENTITY", "{}")),
            stuck_grace_seconds=float(environment.get("SCORESTACK_STUCK_GRACE_SECONDS", "10")),
            max_requests=int(environment.get("SCORESTACK_MAX_REQUESTS", "64")),
        )

    def turns(self):
        limit = self.scoring_timeout_ms / 1000 + ANSWER_SECONDS
        return Turns(limit, limit + self.stuck_grace_seconds)


class Front:
    """WSGI application around the inference server's. `replace` is called, in a thread of its own, if run() is stuck."""

    def __init__(self, application, settings, turns, replace):
        self._application, self._settings, self._turns, self._replace = application, settings, turns, replace
        self._keys = Keys(settings.keys_file) if settings.keys_file else None
        self._room = Room(settings.max_requests, BODIES_IN_HAND * settings.max_body_bytes)
        self._version = json.dumps(settings.identity, sort_keys=True).encode("utf-8")

    def __call__(self, environ, start_response):
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "GET")
        if path == "/version" and method == "GET":
            return _send(start_response, "200 OK", [], self._version)
        if path == "/":
            return self._application(environ, start_response)
        problem = self._key_problem(environ)
        if problem and method == "OPTIONS":
            return self._preflight(environ, start_response)
        if problem:
            return self._refuse(environ, start_response, "401 Unauthorized", problem, ("WWW-Authenticate", "Bearer"))
        if path != "/score":
            return self._application(environ, start_response)
        return self._score(environ, start_response)

    def _key_problem(self, environ):
        if self._keys is None:
            return None
        scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer" and self._keys.accept(key.strip()):
            return None
        return "The key is not valid." if key else "A key is required: send the header 'Authorization: Bearer <key>'."

    def _score(self, environ, start_response):
        limit, length = self._settings.max_body_bytes, declared_length(environ)
        if length is not None and length > limit:
            return self._refuse(environ, start_response, "413 Request Entity Too Large", too_large(limit))
        place = self._room.enter(min(FIRST_BYTES, limit) if length is None else length)
        if not place:
            return self._busy(environ, start_response)
        with place:
            try:
                body = read_body(environ, length, limit, place)
            except Refusal as refusal:
                return self._refuse(environ, start_response, refusal.status, str(refusal))
            except Busy:
                return self._busy(environ, start_response)
            whole = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            whole.pop("HTTP_TRANSFER_ENCODING", None)
            return self._take_turn(whole, start_response)

    def _take_turn(self, environ, start_response):
        try:
            status, headers, body = self._turns.take(lambda: _whole_answer(self._application, environ))
        except Busy:
            return self._busy(environ, start_response)
        except Overdue as overdue:
            self._watch(overdue.turn)
            problem = f"Scoring timeout after {self._settings.scoring_timeout_ms} ms"
        except BaseException:  # such as sys.exit() in run(): the server answers only an Exception
            log.exception("run() ended the request")
            problem = "An unexpected error occurred in scoring script. Check the logs for more info."
        else:
            start_response(status, headers)
            return [body]
        failed = ("x-ms-run-function-failed", "True")
        return self._refuse(environ, start_response, "500 Internal Server Error", problem, failed)

    def _watch(self, turn):
        def replace_if_stuck():
            if not turn.is_over:
                self._replace()

        timer = threading.Timer(self._settings.stuck_grace_seconds, replace_if_stuck)
        timer.daemon = True
        timer.start()

    def _busy(self, environ, start_response):
        retry = ("Retry-After", "1")
        return self._refuse(environ, start_response, "503 Service Unavailable", "The scorer is busy.", retry)

    def _preflight(self, environ, start_response):
        """Browsers send no key with it, and a @rawhttp run() would be called: so it is not the scorer that answers."""
        status, headers, body = _whole_answer(self._application, _about_root(environ, "OPTIONS"))
        return _send(start_response, status, _common(headers), body)

    def _refuse(self, environ, start_response, status, message, *headers):
        """The headers of every reply of the inference server (request ids, CORS) are those of its health probe."""
        discard_body(environ)
        _, usual, _ = _whole_answer(self._application, _about_root(environ, "GET"))
        body = json.dumps({"message": message}).encode("utf-8")
        return _send(start_response, status, [*_common(usual), *headers], body)


def _about_root(environ, method):
    """The same request, asked of the health probe, with no body."""
    root = {"REQUEST_METHOD": method, "PATH_INFO": "/", "QUERY_STRING": "", "CONTENT_LENGTH": "0"}
    return {**environ, **root, "wsgi.input": io.BytesIO()}


def _common(headers):
    return [(name, value) for name, value in headers if name.lower() not in ("allow", "content-type", "content-length")]


def _whole_answer(application, environ):
    """Status, headers and body of an application's reply."""
    head = []
    parts = application(environ, lambda status, headers, exc_info=None: head.append((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
    return (*head[-1], body)


def _send(start_response, status, headers, body):
    start_response(status, [*headers, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
