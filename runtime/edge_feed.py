"""
Feeds a scoring module of Azure IoT Edge from routes: posts each message to it and sends the reply to an output. Only then is a message
acknowledged; azure-iot-device, which is not used for that reason, acknowledges on receipt.
"""

import http.client
import json
import logging
import os
import queue
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.parse
from base64 import b64encode
from urllib.parse import quote_plus

log = logging.getLogger("edge_feed")
OUTPUT, FAILURES = "output", "failures"
MOST_BYTES = 256 * 1024 - 8192  # with room for the properties
TOKEN_SECONDS, SEND_SECONDS = 3600, 60
NOT_NOW = (401, 403, 429, 503)


class NotNow(Exception):
    """It is not the message's fault."""


class Workload(http.client.HTTPConnection):
    """The device's API for modules, at a socket of the device."""

    def __init__(self, environ):
        super().__init__("localhost", timeout=30)
        self._environ = environ

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(urllib.parse.urlsplit(self._environ["IOTEDGE_WORKLOADURI"]).path)

    def ask(self, method, path, body=None):
        try:
            where = f"{path}?api-version={self._environ['IOTEDGE_APIVERSION']}"
            self.request(method, where, body and json.dumps(body), {"Content-Type": "application/json"})
            response = self.getresponse()
            if response.status >= 300:
                raise OSError(f"the device's workload API answered {response.status} to {path}")
            return json.load(response)
        finally:
            self.close()

    def token(self, now):
        env, expiry = self._environ, int(now) + TOKEN_SECONDS
        module, hub = env["IOTEDGE_MODULEID"], env["IOTEDGE_IOTHUBHOSTNAME"]
        resource = quote_plus(f"{hub}/devices/{env['IOTEDGE_DEVICEID']}/modules/{module}")
        path = f"/modules/{quote_plus(module)}/genid/{env['IOTEDGE_MODULEGENERATIONID']}/sign"
        data = b64encode(f"{resource}\n{expiry}".encode()).decode()
        digest = self.ask("POST", path, {"keyId": "primary", "algo": "HMACSHA256", "data": data})["digest"]
        return f"SharedAccessSignature sr={resource}&sig={quote_plus(digest)}&se={expiry}"


class Feed:
    """Messages of one connection after the other. What is not acknowledged when one ends comes again with the next."""

    def __init__(self, client, device, settings, key=None):
        self._client, self._topic, self._settings, self._key = client, device, settings, key
        self._lock, self._session, self._pending = threading.Lock(), 0, set()
        self._messages = queue.SimpleQueue()
        client.on_connect, client.on_message = self.on_connect, self.on_message

    def on_connect(self, client, _userdata, _flags, reason, _properties=None):
        if reason.is_failure:
            return log.error("the device's hub refuses the connection: %s", reason)
        with self._lock:
            self._session += 1
            self._pending.clear()
        client.subscribe(f"{self._topic}/inputs/#", qos=1)

    def on_message(self, _client, _userdata, message):
        with self._lock:
            # The hub sends one again that it waits for.
            if message.qos and message.mid in self._pending:
                return
            self._pending.add(message.mid)
            self._messages.put((self._session, message))

    def work(self):
        while True:
            session, message = self._messages.get()
            is_done = self._handle(session, message)
            with self._lock:
                # Numbers of messages begin anew with each connection.
                if session == self._session:
                    self._pending.discard(message.mid)
                    if is_done:
                        self._client.ack(message.mid, message.qos)

    def _handle(self, session, message):
        name, _, properties = message.topic.partition("/inputs/")[2].partition("/")
        given = dict(urllib.parse.parse_qsl(properties, keep_blank_values=True))
        if urllib.parse.unquote(name) != self._settings["input"]:
            return self._send(given, message.payload, FAILURES, 0, message.payload, "", f"there is no input '{name}'")
        answer = self._answer(session, message.payload, given.get("$.ct", "application/json"))
        return answer is not None and self._send(given, message.payload, *answer)

    def _answer(self, session, body, content_type):
        """(output, status, body, content type, reason), or nothing when the connection has ended meanwhile."""
        tries, turns, status, reason = 0, 0, 0, ""
        while session == self._session:
            try:
                status, reply, kind = self._ask(body, content_type)
                reason = f"the service answered {status}: {reply[:300].decode('utf-8', 'replace')}"
                if status < 300:
                    return OUTPUT, status, reply, kind, ""
                tries = self._settings["tries"] if status < 500 else tries + 1
            except NotNow as problem:
                log.warning("waiting for the service: %s", problem)
            except (OSError, http.client.HTTPException) as problem:
                tries, status, reason = tries + 1, 0, f"the service gave no answer: {problem!r}"
            if tries >= self._settings["tries"]:
                return FAILURES, status, body, content_type, reason
            time.sleep(min(self._settings["pauseSeconds"] * 2**min(turns, 10), 30))
            turns += 1

    def _ask(self, body, content_type):
        given = self._settings
        connection = http.client.HTTPConnection(given["host"], given["port"], timeout=given["timeoutSeconds"])
        headers = {"Content-Type": content_type, **({"Authorization": f"Bearer {self._key}"} if self._key else {})}
        try:
            try:
                connection.connect()
            except OSError as problem:
                raise NotNow(problem) from problem
            connection.request("POST", "/score", body, headers)
            response = connection.getresponse()
            if response.status in NOT_NOW:
                raise NotNow(f"it answers {response.status}")
            return response.status, response.read(), response.headers.get_content_type()
        finally:
            connection.close()

    def _send(self, given, original, output, status, body, kind, reason):
        if len(body) > MOST_BYTES and output == OUTPUT:
            reason = f"the reply has {len(body)} bytes, a message {MOST_BYTES} at most"
            output, body, kind = FAILURES, original, given.get("$.ct", "")
        message_id = given.get("$.mid", "")
        theirs = {name: value for name, value in given.items() if not name.startswith("$.")}
        system = {"$.on": output, "$.cid": given.get("$.cid") or message_id, "$.ct": kind, "$.ce": "utf-8" if "json" in kind else ""}
        ours = {"scoringStatus": str(status), "scoringImageIdentity": self._settings["imageIdentity"]}
        ours.update(scoringMessageId=message_id, scoringReason=reason[:400])
        properties = {name: value for name, value in {**theirs, **system, **ours}.items() if value}
        topic = f"{self._topic}/messages/events/{urllib.parse.urlencode(properties, quote_via=urllib.parse.quote)}"
        if output == FAILURES:
            log.error("message %s goes to the output '%s': %s", message_id or "without an id", FAILURES, reason)
        info = self._client.publish(topic, body if len(body) + len(topic) <= MOST_BYTES + 8000 else b"", qos=1)
        try:
            info.wait_for_publish(SEND_SECONDS)
            return info.is_published()
        except RuntimeError:  # the connection has ended
            return False


def run(mqtt, environ, port=8883):
    settings, key = json.loads(environ["SCORESTACK_FEED"]), environ.pop("SCORESTACK_FEED_KEY", None)
    workload, module = Workload(environ), f"{environ['IOTEDGE_DEVICEID']}/{environ['IOTEDGE_MODULEID']}"
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=module, clean_session=False, manual_ack=True)
    user = f"{environ['IOTEDGE_IOTHUBHOSTNAME']}/{module}/?api-version=2018-06-30"
    client.on_pre_connect = lambda *_: client.username_pw_set(user, workload.token(time.time()))
    client.on_disconnect = lambda *told: log.warning("the connection ended: %s", told[3])
    feed = Feed(client, f"devices/{module.replace('/', '/modules/')}", settings, key)
    client.tls_set_context(ssl.create_default_context(cadata=workload.ask("GET", "/trust-bundle")["certificate"]))
    for _ in range(settings["concurrency"]):
        threading.Thread(target=feed.work, daemon=True).start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    # Without one of its threads the feed is started anew.
    threading.excepthook = lambda told: (threading.__excepthook__(told), os._exit(1))
    client.connect_async(environ["IOTEDGE_GATEWAYHOSTNAME"], port, keepalive=60)
    # A loop in this thread would let the workers write to the socket at the same time.
    client.loop_start()
    stop.wait()
    client.disconnect()
    client.loop_stop()


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        import paho.mqtt.client as mqtt
        mqtt.Client.ack  # not in 1.x
    except (ImportError, AttributeError):
        sys.exit("edge_feed: the image lacks its MQTT client: add paho-mqtt>=2.1,<3 to the pip packages of the scorer's conda.yml")
    run(mqtt, os.environ)


if __name__ == "__main__":
    main()
