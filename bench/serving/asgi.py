"""The least that can answer: parses the request's JSON and replies with a number, under uvicorn. No model, no checks."""

import json

HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"7")]


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    json.loads(body)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"[205.5]"})
