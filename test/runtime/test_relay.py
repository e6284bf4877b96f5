"""Connections through the relay, byte for byte: between a client and a server of this process."""

import asyncio
import os
import socket
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "provider", "supervisor"))

import relay  # noqa: E402

MEGABYTE = 1024 * 1024


class Relaying(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.relay, self.accepted = None, []

    async def serve(self, answer):
        """A server that answers a connection, behind a relay; returns a connection to the relay."""

        async def heed(reader, writer):
            self.accepted.append(writer)
            await answer(reader, writer)

        server = await asyncio.start_server(heed, "127.0.0.1", 0)
        self.addAsyncCleanup(self.end, server)
        return await self.connect(server.sockets[0].getsockname()[:2])

    async def connect(self, address):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.relay = relay.Relay(listener, address)
        self.relay.start()
        return await asyncio.open_connection(*listener.getsockname())

    async def end(self, server):
        self.relay.stop_accepting()
        server.close()
        for writer in self.accepted:
            writer.transport.abort()

    async def until_gone(self):
        await self.relay.until(self.relay.is_idle, 5)
        self.assertTrue(self.relay.is_idle())

    async def test_many_bytes_both_ways(self):
        sent = os.urandom(20 * MEGABYTE)

        async def echo(reader, writer):
            while part := await reader.read(100_000):
                writer.write(part)
                await writer.drain()
            writer.close()

        reader, writer = await self.serve(echo)

        async def send():
            writer.write(sent)
            writer.write_eof()

        _, got = await asyncio.gather(send(), reader.read())
        self.assertEqual(got, sent)
        writer.close()
        await self.until_gone()

    async def test_an_answer_after_the_client_has_sent_its_last(self):
        async def answer(reader, writer):
            asked = await reader.read()
            await asyncio.sleep(0.1)
            writer.write(b"you said " + asked)
            writer.close()

        reader, writer = await self.serve(answer)
        writer.write(b"hello")
        writer.write_eof()
        self.assertEqual(await reader.read(), b"you said hello")
        writer.close()
        await self.until_gone()

    async def test_a_server_that_ends_first_is_heard_out_though_the_client_goes_on(self):
        async def refuse(reader, writer):
            await reader.readexactly(1000)
            writer.write(b"x" * MEGABYTE)
            writer.close()

        reader, writer = await self.serve(refuse)
        writer.write(b"y" * 1000)
        self.assertEqual(await reader.read(), b"x" * MEGABYTE)
        writer.write(b"more")
        await self.until_gone()  # closed for the client, after a while
        writer.close()

    async def test_a_server_that_reads_nothing_holds_the_client_up(self):
        waits = asyncio.Event()

        async def stare(reader, writer):
            await waits.wait()
            writer.transport.abort()

        _, writer = await self.serve(stare)
        sent = 0
        with self.assertRaises(asyncio.TimeoutError):
            while sent < 100 * MEGABYTE:
                writer.write(b"z" * MEGABYTE)
                await asyncio.wait_for(writer.drain(), 1)
                sent += MEGABYTE
        self.assertLess(sent, 60 * MEGABYTE)
        client = next(iter(self.relay.connections))
        self.assertLess(client.other.transport.get_write_buffer_size(), MEGABYTE)
        waits.set()
        writer.transport.abort()
        await self.until_gone()

    async def test_nobody_behind_it(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            reader, writer = await self.connect(taken.getsockname())
            with self.assertRaises(ConnectionError):
                await reader.read()
                raise ConnectionResetError("an end without a word")
            writer.close()
        await self.until_gone()
        self.relay.stop_accepting()

    async def test_a_client_that_is_gone_at_once(self):
        async def answer(reader, writer):
            await reader.read()
            writer.close()

        _, writer = await self.serve(answer)
        writer.transport.abort()
        await self.until_gone()

    async def test_whom_it_has_accepted_just_before_it_stops(self):
        async def answer(reader, writer):
            writer.write(b"you said " + await reader.read(10))
            writer.close()

        reader, writer = await self.serve(answer)
        late = socket.socket()
        late.connect(writer.get_extra_info("peername"))  # the loop stands still meanwhile
        await asyncio.sleep(0)  # until it has been accepted
        await asyncio.sleep(0)
        self.relay.stop_accepting()
        reader, writer = await asyncio.open_connection(sock=late)
        writer.write(b"hello")
        self.assertEqual(await reader.read(), b"you said hello")
        writer.close()

    async def test_it_is_settled_once_who_asked_has_an_answer(self):
        go_on = asyncio.Event()

        async def answer(reader, writer):
            await reader.read(10)
            await go_on.wait()
            writer.write(b"here")
            await writer.drain()

        reader, writer = await self.serve(answer)
        await self.relay.until(lambda: self.relay.connections and self.relay.is_settled(), 5)
        self.assertTrue(self.relay.is_settled())  # it has asked nothing
        writer.write(b"well?")
        await self.relay.until(lambda: not self.relay.is_settled(), 5)
        self.assertFalse(self.relay.is_settled())
        self.relay.stop_accepting()
        go_on.set()
        self.assertEqual(await reader.read(10), b"here")
        self.assertTrue(self.relay.is_settled())
        writer.close()


if __name__ == "__main__":
    unittest.main()
