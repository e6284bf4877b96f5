"""Requests to a Front of the test's own: the main thread serves turns, an event loop in another takes them."""

import asyncio
import json
import threading
import unittest

from scorestack_runtime.front import Front, FrontSettings


class Serving(unittest.TestCase):
    def serve(self, turns, *works):
        """Runs coroutine functions side by side while turns are served here; what each returned or raised."""
        outcomes = []

        async def all_works():
            outcomes.extend(await asyncio.gather(*(work() for work in works), return_exceptions=True))

        def run():
            try:
                asyncio.run(all_works())
            finally:
                turns.end()

        thread = threading.Thread(target=run)
        thread.start()
        turns.serve()
        thread.join()
        return outcomes


class Asking(Serving):
    settings = {"scoring_timeout_ms": 5000, "max_body_bytes": 100, "keys_file": "", "identity": {"image": "a:1"}}

    def front(self, application, replace=lambda: None, scorer=None, **changes):
        settings = FrontSettings(**{**self.settings, **changes})
        self.turns = settings.turns()
        self.counted = []
        return Front(application, scorer, settings, self.turns, replace, self.counted.append)

    async def ask(self, front, method="POST", path="/score", parts=None, body=b"", **headers):
        """Status, headers and body of the reply; `parts` are what comes of a body, the last one may be None: cut short."""
        sent = {"content-length": str(len(body)), **headers} if parts is None else headers
        fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": fields}
        parts = [body] if parts is None else list(parts)

        async def receive():
            if not parts:
                await asyncio.sleep(3600)
            part = parts.pop(0)
            if part is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        answer = {}

        async def send(message):
            if message["type"] == "http.response.start":
                pairs = {name.decode().lower(): value.decode() for name, value in message["headers"]}
                answer.update(status=message["status"], headers=pairs)
            else:
                answer["body"] = answer.get("body", b"") + message["body"]

        await front(scope, receive, send)
        return answer

    def ask_one(self, front, **request):
        [answer] = self.serve(self.turns, lambda: self.ask(front, **request))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def message(self, answer):
        return answer["status"], json.loads(answer["body"])["message"]


def echo(environ, start_response):
    """The body, and the thread in which it was asked."""
    start_response("200 OK", [("X-Thread", threading.current_thread().name)])
    return [environ["wsgi.input"].read()]
