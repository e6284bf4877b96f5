"""uvicorn on the service's sockets, with an end that no client notices."""

import asyncio
import time

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .bodies import STALLED_SECONDS

KEEP_ALIVE_SECONDS = 75
LINGER_SECONDS = 2  # an open connection that is idle for so long is not waited for at the end
BACKLOG = 2048


class HttpServer(uvicorn.Server):
    """`notify` is called once a second, `on_closed` once nothing that comes from now on is answered here."""

    def __init__(self, front, graceful_seconds, notify, on_closed):
        async def tell():
            notify()

        super().__init__(
            uvicorn.Config(
                front,
                http=Protocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                backlog=BACKLOG,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=graceful_seconds,
                callback_notify=tell,
                timeout_notify=1,
            )
        )
        self._front, self._on_closed = front, on_closed

    async def shutdown(self, sockets=None):
        """Accepts no more; every reply from now on closes its connection; idle ones are closed after a while."""
        self._front.is_closing = True
        for listener in (listener for server in self.servers for listener in server.sockets):
            asyncio.get_running_loop().remove_reader(listener.fileno())
        # asyncio drops whom it has accepted just before its server is closed: they get through first.
        await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        give_up = time.monotonic() + LINGER_SECONDS
        while self.server_state.connections and time.monotonic() < give_up:
            await asyncio.sleep(0.02)
        self._on_closed()
        await super().shutdown(sockets)


class Protocol(HttpToolsProtocol):
    """Drops clients that stop in mid-request, or take no reply."""

    _sending_timer = _taking_timer = None

    def connection_made(self, transport):
        super().connection_made(transport)
        self._watch_sending()

    def data_received(self, data):
        super().data_received(data)
        self._watch_sending()

    def connection_lost(self, exc):
        self._stop_timers()
        super().connection_lost(exc)

    def pause_writing(self):
        super().pause_writing()
        self._taking_timer = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self):
        super().resume_writing()
        if self._taking_timer:
            self._taking_timer.cancel()

    def _watch_sending(self):
        """The head of a request has to arrive in time; its body is watched by who reads it."""
        is_in_head = self.cycle is None or self.cycle.response_complete
        if not is_in_head and self._sending_timer:
            self._sending_timer.cancel()
            self._sending_timer = None
        elif is_in_head and not self._sending_timer:
            self._sending_timer = self.loop.call_later(STALLED_SECONDS, self.transport.close)

    def _stop_timers(self):
        for timer in (self._sending_timer, self._taking_timer):
            if timer:
                timer.cancel()
