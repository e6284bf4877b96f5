"""A server that speaks gRPC (Open Inference Protocol v2) before a scoring server, in a container beside it: a file to run.

Every inference is a request to the scoring server, with the caller's own key: keys, limits, turns and counts are that server's.
The environment has to bring grpcio and protobuf.
"""

import concurrent.futures
import http.client
import importlib.util
import json
import os
import signal
import socket
import sys
import threading

try:
    import grpc
    import google.protobuf.message_factory  # noqa: F401
except ImportError as problem:
    sys.exit(f"grpc_front: the image's environment lacks {problem.name}: add grpcio and protobuf to its conda file")


def _load_package():
    """As gunicorn_conf.py does; and nothing of this folder is to be found by its bare name."""
    home = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != home]
    spec = importlib.util.spec_from_file_location(
        "scorestack_runtime", os.path.join(home, "__init__.py"), submodule_search_locations=[home]
    )
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)


_load_package()

from scorestack_runtime.open_inference import HEALTH_SERVICE, METHODS, SERVICE, message  # noqa: E402
from scorestack_runtime.tensors import BadTensor, bodies_of, output_of  # noqa: E402

MARGIN_SECONDS = 5  # the scoring server's own answer comes first
SPARE_THREADS = 32  # for all that is not scored, and for calls that are refused
PROBE_SECONDS = 2
LIVENESS = "liveness"  # of this server alone: the scoring server has a probe of its own
SERVING, NOT_SERVING = 1, 2
CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    415: grpc.StatusCode.INVALID_ARGUMENT,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class Failed(Exception):
    """A call that failed: its status, and what its caller is told."""

    def __init__(self, code, details):
        super().__init__(details)
        self.code, self.details = code, details


class ScoringServer:
    """The server beside this one. `longest_seconds`: how long a request may take whose call has no deadline."""

    def __init__(self, port, longest_seconds):
        self._port, self._longest_seconds, self._identity = port, longest_seconds, None

    def score(self, body, content_type, authorization, seconds_left):
        """The reply's body; raises Failed."""
        headers = {"Content-Type": content_type, **({"Authorization": authorization} if authorization else {})}
        has_deadline = seconds_left is not None
        if has_deadline and seconds_left <= 0:
            raise Failed(grpc.StatusCode.DEADLINE_EXCEEDED, "the call's deadline is over")
        try:
            patience = min(seconds_left, self._longest_seconds) if has_deadline else self._longest_seconds
            status, reply = self._ask("POST", "/score", body, headers, patience)
        except socket.timeout:
            raise Failed(grpc.StatusCode.DEADLINE_EXCEEDED, "the scoring server did not answer in time") from None
        except (OSError, http.client.HTTPException) as problem:
            raise Failed(grpc.StatusCode.UNAVAILABLE, f"the scoring server can't be asked: {problem}") from None
        if status != 200:
            raise _failure(status, reply)
        return reply

    def identity(self):
        """What it says of itself, which is the same for as long as both live; raises Failed."""
        try:
            if self._identity is None:
                self._identity = json.loads(self._ask("GET", "/version", None, {}, PROBE_SECONDS)[1])
            return self._identity
        except (OSError, ValueError, http.client.HTTPException):
            raise Failed(grpc.StatusCode.UNAVAILABLE, "the scoring server does not answer") from None

    def is_ready(self):
        try:
            return self._ask("GET", "/", None, {}, PROBE_SECONDS)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def _ask(self, method, path, body, headers, seconds):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()


def _failure(status, reply):
    """The scoring server's own words, whichever of its ways it has them in."""
    text = reply.decode("utf-8", "replace")
    try:
        content = json.loads(text)
        text = content["message"] if isinstance(content, dict) and "message" in content else text
    except ValueError:
        pass
    if status == 500 and str(text).startswith("Scoring timeout"):
        return Failed(grpc.StatusCode.DEADLINE_EXCEEDED, text)
    return Failed(CODES.get(status, grpc.StatusCode.INTERNAL), f"{text}" or f"the scoring server answered {status}")


class Inference:
    """The protocol's calls. `most`: inferences that are in hand at a time."""

    def __init__(self, server, most):
        self._server, self._places = server, threading.BoundedSemaphore(most)

    def server_live(self, _request, _context):
        return _make("ServerLiveResponse", live=True)

    def server_ready(self, _request, _context):
        return _make("ServerReadyResponse", ready=self._server.is_ready())

    def model_ready(self, request, _context):
        self._version(request.name, _given(request, "version"))
        return _make("ModelReadyResponse", ready=self._server.is_ready())

    def server_metadata(self, _request, _context):
        identity = self._server.identity()
        name, version = identity.get("service", ""), identity.get("imageIdentity", "")
        return _make("ServerMetadataResponse", name=name, version=version)

    def model_metadata(self, request, _context):
        version, identity = self._version(request.name, _given(request, "version"))
        told = {key: value if isinstance(value, str) else json.dumps(value) for key, value in identity.items()}
        return _make("ModelMetadataResponse", name=request.name, versions=[version], platform="scorestack", properties=told)

    def model_infer(self, request, context):
        # One that waits for a thread would hold up those that ask how this server is.
        if not self._places.acquire(blocking=False):
            raise Failed(grpc.StatusCode.UNAVAILABLE, "The scorer is busy.")
        try:
            return self._infer(request, context)
        finally:
            self._places.release()

    def _infer(self, request, context):
        authorization = dict(context.invocation_metadata()).get("authorization")
        try:
            bodies, content_type, is_per_element = bodies_of(request)
        except BadTensor as problem:
            raise Failed(grpc.StatusCode.INVALID_ARGUMENT, str(problem)) from None
        version, _ = self._version(request.model_name, _given(request, "model_version"))
        replies = [self._server.score(body, content_type, authorization, context.time_remaining()) for body in bodies]
        output = output_of(replies, is_per_element)
        return _make("ModelInferResponse", model_name=request.model_name, model_version=version, id=request.id, outputs=[output])

    def _version(self, name, version):
        """The version of what a call names: the service, or a model of its image; raises Failed where there is none."""
        identity = self._server.identity()
        known = dict(model.rpartition(":")[::2] for model in identity.get("models", []))
        known[identity.get("service", "")] = identity.get("imageIdentity", "")
        if name not in known:
            raise Failed(grpc.StatusCode.NOT_FOUND, f"there is no model '{name}'; there are {', '.join(sorted(known))}")
        if version is not None and version != known[name]:
            raise Failed(grpc.StatusCode.NOT_FOUND, f"'{name}' has no version '{version}'; it has '{known[name]}'")
        return known[name], identity


def _given(request, field):
    return getattr(request, field) if request.HasField(field) else None


def _make(kind, **fields):
    return message(f"{SERVICE.partition('.')[0]}.{kind}")(**fields)


def _health(server):
    def check(request, _context):
        if request.service == LIVENESS:
            status = SERVING
        elif request.service in ("", SERVICE):
            status = SERVING if server.is_ready() else NOT_SERVING
        else:
            raise Failed(grpc.StatusCode.NOT_FOUND, f"there is no service '{request.service}'")
        return message("grpc.health.v1.HealthCheckResponse")(status=status)

    return check


def _handler(call, request_name):
    def handle(request, context):
        try:
            return call(request, context)
        except Failed as failed:
            context.abort(failed.code, failed.details)

    return grpc.unary_unary_rpc_method_handler(
        handle,
        request_deserializer=message(request_name).FromString,
        response_serializer=lambda reply: reply.SerializeToString(),
    )


def make_server(scoring_server, most_inferences, most_bytes):
    """A server with all services, on no port yet."""
    inference = Inference(scoring_server, most_inferences)
    snake = {name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:] for name in METHODS}
    handlers = {name: _handler(getattr(inference, snake[name]), f"inference.{name}Request") for name in METHODS}
    check = {"Check": _handler(_health(scoring_server), "grpc.health.v1.HealthCheckRequest")}
    threads = concurrent.futures.ThreadPoolExecutor(most_inferences + SPARE_THREADS, "grpc")
    # A port that somebody else listens on is an error.
    options = [("grpc.max_receive_message_length", most_bytes), ("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)]
    server = grpc.server(threads, options=options)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(HEALTH_SERVICE, check),))
    return server


def main(environment):
    """Serves until SIGTERM; then takes no more calls and answers those that it has."""
    scoring_ms = int(environment.get("SCORING_TIMEOUT_MS", "60000"))
    wait_ms = int(environment.get("SCORESTACK_MAX_WAIT_MS", str(scoring_ms)))
    scoring_server = ScoringServer(
        int(environment.get("SCORESTACK_SCORING_PORT", "5001")), (scoring_ms + wait_ms) / 1000 + MARGIN_SECONDS
    )
    server = make_server(
        scoring_server,
        int(environment.get("SCORESTACK_MAX_REQUESTS", "64")),
        int(environment.get("SCORESTACK_GRPC_MAX_BYTES", str(4 * 1024 * 1024))),
    )
    address = f"{environment.get('SCORESTACK_GRPC_HOST', '127.0.0.1')}:{environment.get('SCORESTACK_GRPC_PORT', '5002')}"
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as problem:
        sys.exit(f"grpc_front: {problem}")
    server.start()
    print(f"grpc_front: listening on port {port}", flush=True)
    ended.wait()
    server.stop(int(environment.get("SCORESTACK_GRACEFUL_TIMEOUT_SECONDS", "30"))).wait()


if __name__ == "__main__":
    main(os.environ)
