"""What stands between HTTP and the scorer: keys, limits, turns, identity. An ASGI application.

The event loop reads, checks and refuses; `run()` is called by the main thread, one request at a time, as under the
inference server's own worker. All that is not asked often is answered by the inference server's Flask application.
"""

import asyncio
import concurrent.futures
import json
import logging
import os
import time
from dataclasses import dataclass

from .bodies import FIRST_BYTES, Gone, Refusal, Room, discard_body, read_body, too_large
from .cors import cors_headers_of
from .fellows import Fellows
from .keys import Keys
from .load import Load
from .request import Reply, Request, call_wsgi, tracing_headers
from .scoring import SCRIPT_PROBLEM, ScoreWork, refusal
from .turns import Busy, Overdue, Turns

ANSWER_SECONDS = 0.5  # the inference server has to answer an overdue request itself, before this does
BODIES_IN_HAND = 4  # as many bodies of the largest size are held at a time
FLASK_THREADS = 4  # for what is not scored
CLOSE = ("connection", "close")
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

log = logging.getLogger("azmlinfsrv")


@dataclass(frozen=True)
class FrontSettings:
    """`scoring_timeout_ms`: longest run(). `max_body_bytes`: longest request body. `keys_file`: JSON list of SHA-256
    hex digests of the accepted keys, read again when it changes; empty for no authentication. `identity`: what
    `/version` answers. `stuck_grace_seconds`: how long a run() may go on after its timeout before the process is
    replaced. `max_requests`: scoring requests that are held at a time, running or waiting. `max_wait_seconds`: how long
    one waits for its turn; None for as long as another may run. `tells_load`: whether what is in hand is told to whoever
    asks. `replicas`: `name:port` of all replicas, for a sum over them."""

    scoring_timeout_ms: int
    max_body_bytes: int
    keys_file: str
    identity: dict
    stuck_grace_seconds: float = 10.0
    max_requests: int = 64
    max_wait_seconds: float = None
    tells_load: bool = False
    replicas: str = ""

    @classmethod
    def from_environment(cls, environment):
        max_wait_ms = environment.get("SCORESTACK_MAX_WAIT_MS")
        return cls(
            scoring_timeout_ms=int(environment.get("SCORING_TIMEOUT_MS", "60000")),
            max_body_bytes=int(environment.get("SCORESTACK_MAX_BODY_BYTES", str(100 * 1024 * 1024))),
            keys_file=environment.get("SCORESTACK_KEYS_FILE", ""),
            identity=_identity_of(environment),
            stuck_grace_seconds=float(environment.get("SCORESTACK_STUCK_GRACE_SECONDS", "10")),
            max_requests=int(environment.get("SCORESTACK_MAX_REQUESTS", "64")),
            max_wait_seconds=int(max_wait_ms) / 1000 if max_wait_ms else None,
            tells_load=environment.get("SCORESTACK_TELLS_LOAD", "") == "true",
            replicas=environment.get("SCORESTACK_REPLICAS", ""),
        )

    def turns(self, batching=None, tell=lambda in_hand: None):
        limit = self.scoring_timeout_ms / 1000 + ANSWER_SECONDS
        patience = limit + self.stuck_grace_seconds if self.max_wait_seconds is None else self.max_wait_seconds
        return Turns(limit, patience, batching, tell)


def _identity_of(environment):
    """What the service says of itself, and what a container image says of itself, which nobody else can say better."""
    identity = json.loads(environment.get("SCORESTACK_IDENTITY", "{}"))
    image = environment.get("SCORESTACK_IMAGE_IDENTITY")
    return {**identity, "imageIdentity": image} if image else identity


def _json_reply(content):
    return Reply(200, [("content-type", "application/json")], json.dumps(content).encode("utf-8"))


class Front:
    """`application` is the inference server's, `scorer` what scores without it, if anything does. `replace` is called
    when run() is stuck, `count` with the status of each scoring reply. `load` is told where it may be."""

    def __init__(self, application, scorer, settings, turns, replace, count=lambda status: None, load=None):
        self._application, self._scorer, self._settings, self._turns = application, scorer, settings, turns
        self._replace, self._count = replace, count
        self._keys = Keys(settings.keys_file) if settings.keys_file else None
        self._room = Room(settings.max_requests, BODIES_IN_HAND * settings.max_body_bytes)
        self._version = json.dumps(settings.identity, sort_keys=True).encode("utf-8")
        self._threads = concurrent.futures.ThreadPoolExecutor(FLASK_THREADS, "flask")
        self._server_version = os.environ.get("HTTP_X_MS_SERVER_VERSION", "")
        self._cors_headers = cors_headers_of(application)
        self._load = (load or Load()) if settings.tells_load else None
        self._fellows = Fellows(settings.replicas, self._load.slots) if self._load and settings.replicas else None
        self.is_closing = False

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        request = Request(scope)
        try:
            reply = await self._answer(request, receive)
            if reply.status >= 400 and not request.is_read:
                await discard_body(receive)
        except Gone:
            return
        await reply.send(send, *([CLOSE] if self.is_closing else []))

    async def ask(self, request):
        """What a request is answered that needs no key, for the service's own proof."""
        return await (self._turn(request) if request.path == "/score" else self._flask(request))

    async def _answer(self, request, receive):
        path, method = request.path, request.method
        if path == "/score":
            return await self._score(request, receive)
        if method == "GET" and path == "/version":
            return Reply(200, [("content-type", "application/json")], self._version)
        told = await self._told(path) if self._load and method == "GET" else None
        if told:
            return told
        if method == "GET" and path == "/":
            headers, problem = self._usual(request)
            return problem or Reply(200, [*headers, ("content-type", "text/html; charset=utf-8")], b"Healthy")
        return await self._key_problem(request, path == "/") or await self._flask(request)

    async def _told(self, path):
        """Counts, for what scales and for Prometheus: nothing that needs a key."""
        if path == "/metrics":
            return Reply(200, [("content-type", METRICS_TYPE)], self._load.as_prometheus().encode("utf-8"))
        if path == "/load":
            totals = self._load.totals()
            return _json_reply({"inHand": totals["in_hand"], "slots": totals["slots"]})
        if path == "/load/all" and self._fellows:
            try:
                return _json_reply(await self._fellows.load())
            except OSError as problem:
                return Reply.message(503, f"The replicas can't be found: {problem}")
        return None

    async def _score(self, request, receive):
        started = time.perf_counter()
        reply = await self._key_problem(request) or await self._read_and_score(request, receive)
        self._count(reply.status)
        query = request.scope.get("query_string", b"")
        path = f"/score?{query.decode('latin-1')}" if query else "/score"
        elapsed_ms = (time.perf_counter() - started) * 1000
        log.info("%s %s %s %.3fms %s", request.method, path, reply.status, elapsed_ms, len(reply.body))
        return reply

    async def _read_and_score(self, request, receive):
        limit, length = self._settings.max_body_bytes, request.declared_length
        if length is not None and length > limit:
            return self._refuse(request, 413, too_large(limit))
        place = self._room.enter(min(FIRST_BYTES, limit) if length is None else length)
        if not place:
            return self._busy(request)
        with place:
            try:
                request.body = await read_body(receive, length, limit, place)
                request.is_read = True
            except Refusal as problem:
                request.is_read = problem.status == 408  # there is nothing to wait for
                return self._refuse(request, problem.status, str(problem))
            except Busy:
                return self._busy(request)
            return await self._turn(request)

    async def _turn(self, request):
        is_direct = self._scorer is not None and self._scorer.takes(request)
        headers, problem = self._usual(request) if is_direct else ([], None)
        if problem:
            return problem
        try:
            reply = await self._turns.take(ScoreWork(self._scorer, request) if is_direct else self._flask_work(request))
        except Busy:
            return self._busy(request)
        except Overdue as overdue:
            self._watch(overdue.turn)
            message = f"Scoring timeout after {self._settings.scoring_timeout_ms} ms"
        except Exception as problem:  # such as sys.exit() in run(): the inference server answers only an Exception
            log.error("run() ended the request", exc_info=problem.__cause__ or problem)
            message = SCRIPT_PROBLEM
        else:
            reply.headers.extend(headers)
            return reply
        return self._refuse(request, 500, message, ("x-ms-run-function-failed", "True"))

    async def _key_problem(self, request, is_open=False):
        if self._keys is None or is_open:
            return None
        scheme, _, key = request.fields.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._keys.accept(key.strip()):
            return None
        if request.method == "OPTIONS":
            return await self._preflight(request)
        problem = "The key is not valid." if key else "A key is required: send the header 'Authorization: Bearer <key>'."
        return self._refuse(request, 401, problem, ("WWW-Authenticate", "Bearer"))

    async def _preflight(self, request):
        """Browsers send no key with it, and a @rawhttp run() would be called: so it is not the scorer that answers."""
        reply = await self._flask(request, method="OPTIONS", path="/")
        dropped = ("allow", "content-type")
        headers = [pair for pair in reply.headers if pair[0].lower() not in dropped]
        return Reply(reply.status, [*headers, ("content-type", "application/json")], reply.body)

    def _watch(self, turn):
        """A run() that does not heed its timeout can be ended only with its process."""

        def replace_if_stuck():
            if not turn.is_over:
                self._replace()

        asyncio.get_running_loop().call_later(self._settings.stuck_grace_seconds, replace_if_stuck)

    def _busy(self, request):
        return self._refuse(request, 503, "The scorer is busy.", ("Retry-After", "1"))

    def _refuse(self, request, status, message, *headers):
        return Reply.message(status, message, *self._usual(request)[0], *headers)

    def _usual(self, request):
        """The headers of every reply of the inference server: request ids, CORS. And its refusal, if it refuses them."""
        headers, problem = tracing_headers(request.fields, self._server_version)
        headers += self._cors_headers(request)
        if problem is None:
            return headers, None
        reply = refusal(431, problem)
        reply.headers.extend(headers)
        return headers, reply

    def _flask_work(self, request):
        return lambda: call_wsgi(self._application, request.environ())

    async def _flask(self, request, **changes):
        """The inference server's own reply, beside the scorer."""
        body = b"" if changes else None
        environ = request.environ(**changes, body=body)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, call_wsgi, self._application, environ
        )
