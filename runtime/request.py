"""One request to the service, and its reply."""

import io
import json
import sys
import urllib.parse
import uuid

ID_LIMIT = 100  # characters of a request id, as in the inference server
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Request:
    """What ASGI has of a request, as the inference server's input parsers and Flask want it. `body` is read later."""

    __slots__ = ("scope", "method", "path", "fields", "body", "is_read")

    def __init__(self, scope):
        self.scope, self.method, self.path, self.body, self.is_read = scope, scope["method"], scope["path"], b"", False
        self.fields = fields = {}
        for name, value in scope["headers"]:
            name, value = name.decode("latin-1"), value.decode("latin-1")
            fields[name] = f"{fields[name]},{value}" if name in fields else value

    @classmethod
    def of(cls, method, target, headers, body):
        """One that does not come over HTTP; `target` is a path, with a query or without."""
        path, _, query = target.partition("?")
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        decoded = urllib.parse.unquote(path)
        scope = {"method": method, "path": decoded, "raw_path": path.encode("latin-1"), "headers": pairs}
        request = cls({**scope, "query_string": query.encode("latin-1")})
        request.body = body
        return request

    @property
    def declared_length(self):
        """None for a chunked body, whose length shows at its end."""
        if "chunked" in self.fields.get("transfer-encoding", "").lower():
            return None
        return int(self.fields.get("content-length") or 0)

    @property
    def mimetype(self):
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_form(self):
        return self.mimetype in FORMS

    # What `UserScript.invoke_run` reads of a flask.Request:

    @property
    def headers(self):
        return [(name.title(), value) for name, value in self.fields.items()]

    @property
    def is_json(self):
        mimetype = self.mimetype
        return mimetype == "application/json" or mimetype.startswith("application/") and mimetype.endswith("+json")

    @property
    def data(self):
        return self.body

    def get_data(self):
        return self.body

    def environ(self, method=None, path=None, body=None):
        """For a WSGI application; with another method, path or body if given."""
        body = self.body if body is None else body
        scope, client = self.scope, self.scope.get("client") or ("", 0)
        server = scope.get("server") or ("127.0.0.1", 0)
        environ = {
            "REQUEST_METHOD": method or self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": (path or self.path).encode("utf-8", "surrogateescape").decode("latin-1"),
            "QUERY_STRING": scope.get("query_string", b"").decode("latin-1") if path is None else "",
            "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
            "SERVER_NAME": str(server[0]),
            "SERVER_PORT": str(server[1]),
            "REMOTE_ADDR": client[0],
            "REMOTE_PORT": str(client[1]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scope.get("scheme", "http"),
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in self.fields.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("HTTP_CONTENT_LENGTH", None)
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
        environ["CONTENT_LENGTH"] = str(len(body))
        return environ


class Reply:
    """Status, headers as pairs of text, body as bytes."""

    __slots__ = ("status", "headers", "body")

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @classmethod
    def message(cls, status, message, *headers):
        body = json.dumps({"message": message}).encode("utf-8")
        return cls(status, [("content-type", "application/json"), *headers], body)

    async def send(self, send, *headers):
        pairs = [*self.headers, ("content-length", str(len(self.body))), *headers]
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        await send({"type": "http.response.start", "status": self.status, "headers": encoded})
        await send({"type": "http.response.body", "body": self.body})


def call_wsgi(application, environ):
    """A WSGI application's whole reply."""
    head = []
    parts = application(environ, lambda status, headers, exc_info=None: head.append((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
    status, headers = head[-1]
    return Reply(int(status.split()[0]), [pair for pair in headers if pair[0].lower() != "content-length"], body)


def tracing_headers(fields, server_version):
    """The headers of every reply of the inference server, and why the request is refused, if it is (`routes.py`)."""
    request_id = fields.get("x-request-id") or str(uuid.uuid4())
    given, legacy = fields.get("x-ms-client-request-id", ""), fields.get("x-ms-request-id", "")
    client_id, legacy = (given or legacy, legacy) if legacy else (given, given or request_id)
    headers = [("x-ms-server-version", server_version)] if server_version else []
    if "traceid" in fields:
        headers.append(("TraceId", fields["traceid"]))
    if len(request_id) > ID_LIMIT:
        return headers, f"x-request-id must not exceed {ID_LIMIT} characters"
    headers.append(("x-request-id", request_id))
    if len(legacy) > ID_LIMIT or len(client_id) > ID_LIMIT:
        return headers, f"x-ms-request-id and x-ms-client-request-id must not exceed {ID_LIMIT} characters"
    headers.append(("x-ms-request-id", legacy))
    if client_id:
        headers.append(("x-ms-client-request-id", client_id))
    return headers, None
