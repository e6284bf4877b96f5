"""A broker over TLS (amqtt) in the place of a device's hub, and the feed as a process of its own with the real library (paho)."""

import asyncio
import os
import subprocess
import sys

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin, BasePlugin

from scorestack_runtime import edge_feed

seen = {}
START = "import os, sys; sys.path.insert(0, sys.argv[1]); import edge_feed, paho.mqtt.client as mqtt; edge_feed.run(mqtt, os.environ, int(sys.argv[2]))"


class Door(BaseAuthPlugin):
    async def authenticate(self, *, session):
        seen.update(client=session.client_id, user=session.username, password=session.password)
        return True


class Watch(BasePlugin):
    async def on_broker_client_subscribed(self, **_):
        seen["subscribed"].set()

    async def on_broker_message_received(self, *, client_id, message):
        seen.update(topic=message.topic, body=bytes(message.data))

    async def on_mqtt_packet_received(self, *, packet, session=None):
        seen["packets"].append(type(packet).__name__)
        if type(packet).__name__ == "PubackPacket":
            seen["acknowledged"].set()


def certificate(folder):
    made = os.path.join(folder, "hub.pem"), os.path.join(folder, "hub.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-out", made[0], "-keyout", made[1]],
        check=True, capture_output=True,
    )
    return made


async def exchange(environ, certfile, keyfile, device):
    """What the hub sees of one message's way."""
    seen.update(subscribed=asyncio.Event(), acknowledged=asyncio.Event(), packets=[])
    listener = {"type": "tcp", "bind": "127.0.0.1:0", "ssl": True, "certfile": certfile, "keyfile": keyfile}
    broker = Broker({"listeners": {"default": listener}, "plugins": {f"{__name__}.Door": {}, f"{__name__}.Watch": {}}})
    await broker.start()
    [server] = broker._servers.values()
    port = server.instance.sockets[0].getsockname()[1]
    home = os.path.dirname(edge_feed.__file__)
    feed = await asyncio.create_subprocess_exec(sys.executable, "-c", START, home, str(port), env={**os.environ, **environ})
    try:
        await asyncio.wait_for(seen["subscribed"].wait(), 60)
        await broker.internal_message_broadcast(f"{device}/inputs/input/%24.mid=m1", b"[1]", 1)
        await asyncio.wait_for(seen["acknowledged"].wait(), 60)
    finally:
        feed.terminate()
        seen["code"] = await feed.wait()
        await broker.shutdown()
    return seen
