"""What all replicas of a service have in hand: one that is asked asks the others. KEDA asks it; see docs/adr/0014.

The replicas are the addresses of one name, as a headless service of Kubernetes has them: those that are ready.
"""

import asyncio
import json
import socket
import time

ANSWER_SECONDS = 0.5
CONNECT_SECONDS = 0.25
FRESH_SECONDS = 0.5  # an answer serves everyone who asks within this time
LARGEST_ANSWER = 4096
QUESTION = b"GET /load HTTP/1.1\r\nHost: fellow\r\nConnection: close\r\n\r\n"


class Fellows:
    """`place`: `name:port` of all replicas. `slots`: what each of them can work on at a time."""

    def __init__(self, place, slots):
        self._host, _, port = place.rpartition(":")
        self._port, self._slots = int(port), slots
        self._asking, self._asked_at = None, 0.0

    async def load(self):
        """Requests in hand and slots over all replicas, and how many those are. Raises OSError when the name has no address."""
        if self._asking is None or self._asking.done() and time.monotonic() >= self._asked_at + FRESH_SECONDS:
            self._asking, self._asked_at = asyncio.ensure_future(self._ask_all()), time.monotonic()
        return await asyncio.shield(self._asking)

    async def _ask_all(self):
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        addresses = sorted({address[4][:2] for address in found})
        counts = await asyncio.gather(*(self._ask(*address) for address in addresses))
        known = [count for count in counts if count is not None]
        return {"inHand": sum(known), "slots": self._slots * len(known), "replicas": len(known)}

    async def _ask(self, host, port):
        """None for a replica that is no more. One that is there and does not answer is as busy as it can be."""
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_SECONDS)
        except (OSError, asyncio.TimeoutError):
            return None
        try:
            writer.write(QUESTION)
            answer = await asyncio.wait_for(reader.read(LARGEST_ANSWER), ANSWER_SECONDS)
            while not reader.at_eof():
                answer += await asyncio.wait_for(reader.read(LARGEST_ANSWER), ANSWER_SECONDS)
            return int(json.loads(answer.partition(b"\r\n\r\n")[2])["inHand"])
        except (OSError, ValueError, KeyError, TypeError, asyncio.TimeoutError):
            return self._slots
        finally:
            writer.close()
