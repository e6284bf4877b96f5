"""Hands connections on, byte for byte, from a listening socket to an address."""

import asyncio

BACKLOG = 2048
LINGER_SECONDS = 2  # for a client to take note that the other side has ended
FULL_SECONDS = 0.5
STALLED_SECONDS = 30  # for a client to take what it was sent by then


class Relay:
    """Accepts on `listener` from `start` to `stop_accepting`; what it has accepted goes on. Until then, who connects waits."""

    def __init__(self, listener, address):
        listener.listen(BACKLOG)
        listener.setblocking(False)
        self.address, self.connections = address, set()
        self._listener, self._taking = listener, set()

    def start(self):
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def stop_accepting(self):
        """Others who hold the socket go on: nothing that waits on it is lost."""
        if self._listener:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def is_idle(self):
        return not self.connections and not self._taking

    def is_settled(self):
        """True once the other side has answered each connection that has sent anything: it holds it, and knows of it."""
        return not self._taking and not any(client.waits for client in self.connections)

    def _accept(self):
        """Not by a server of asyncio's: that drops whom it has accepted just before it is closed."""
        try:
            accepted, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:  # no descriptor is free: those who wait go on waiting
            asyncio.get_running_loop().remove_reader(self._listener)
            asyncio.get_running_loop().call_later(FULL_SECONDS, self._accept_again)
            return
        accepted.setblocking(False)
        taking = asyncio.ensure_future(self._take(accepted))
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)

    def _accept_again(self):
        if self._listener:
            self.start()

    async def _take(self, accepted):
        loop = asyncio.get_running_loop()
        _, client = await loop.connect_accepted_socket(lambda: Client(self), accepted)
        await client.dial(self.address)

    async def until(self, condition, seconds):
        """Waits for a condition, and no longer."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + seconds
        while not condition() and loop.time() < give_up:
            await asyncio.sleep(0.02)


class Side(asyncio.Protocol):
    """One of two; what it receives is written to the `other`, no faster than that takes it."""

    def __init__(self):
        self.transport, self.other, self.has_received = None, None, False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.has_received = True
        self.other.transport.write(data)

    def pause_writing(self):
        self.other.transport.pause_reading()

    def resume_writing(self):
        self.other.transport.resume_reading()

    def connection_lost(self, problem):
        if not self.other:
            return
        if problem:
            self.other.transport.abort()
        else:
            self.other.transport.close()


class Client(Side):
    """Who has connected to the listener; nothing is read until the other side is there."""

    def __init__(self, relay):
        super().__init__()
        self._relay, self._timers = relay, []
        self._sends_no_more, self._is_over = False, False

    @property
    def waits(self):
        """True while it has sent something, and has had no answer to anything yet."""
        return self.has_received and not self.other.has_received

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.pause_reading()
        self._relay.connections.add(self)

    def data_received(self, data):
        if not self._is_over:
            super().data_received(data)

    def eof_received(self):
        self._sends_no_more = True
        if not self._is_over:
            self.other.transport.write_eof()
        return not self._is_over

    def connection_lost(self, problem):
        self._relay.connections.discard(self)
        for timer in self._timers:
            timer.cancel()
        super().connection_lost(problem)

    def end(self):
        """The other side has ended: what it has sent is delivered first; what comes from here is nobody's any more."""
        if self._is_over:
            return
        self._is_over = True
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(STALLED_SECONDS, self.transport.abort))
        if self._sends_no_more:
            self.transport.close()
            return
        # Closed at once with unread bytes, the system would take back what is on its way to the client.
        self.transport.write_eof()
        self.transport.resume_reading()
        self._timers.append(loop.call_later(LINGER_SECONDS, self.transport.close))

    async def dial(self, address):
        try:
            await asyncio.get_running_loop().create_connection(lambda: Server(self), *address)
        except OSError:
            self.transport.abort()
            return
        if self.transport.is_closing():
            self.other.transport.abort()
        self.transport.resume_reading()


class Server(Side):
    """What answers. An HTTP server that sends no more takes no more: its end is the end of the connection."""

    def __init__(self, client):
        super().__init__()
        self.other = client

    def connection_made(self, transport):
        super().connection_made(transport)
        self.other.other = self

    def eof_received(self):
        self.other.end()
        return False

    def connection_lost(self, problem):
        if problem:
            self.other.transport.abort()
        else:
            self.other.end()
