"""The end of the HTTP server, with a stand-in for what answers."""

import asyncio
import socket
import unittest

from scorestack_runtime.http_server import HttpServer


class Echo:
    is_closing = False

    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


class Ending(unittest.IsolatedAsyncioTestCase):
    async def test_whom_it_has_accepted_just_before_the_end_is_answered(self):
        listener = socket.create_server(("127.0.0.1", 0))
        server = HttpServer(Echo(), 5, lambda: None, lambda: None)
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        client = socket.create_connection(listener.getsockname())  # the loop stands still meanwhile
        await asyncio.sleep(0)  # in this turn of the loop it is accepted, in the next the end begins
        ending = asyncio.ensure_future(server.shutdown([listener]))
        reader, writer = await asyncio.open_connection(sock=client)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        reply = await asyncio.wait_for(reader.read(), 10)
        self.assertTrue(reply.startswith(b"HTTP/1.1 200"))
        writer.close()
        await ending
        server.should_exit = True
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


if __name__ == "__main__":
    unittest.main()
