"""Messages on a device that are scored: with a stand-in of the MQTT client, and with paho and a broker where these are installed."""

import asyncio
import base64
import hashlib
import hmac
import http.server
import importlib.util
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
import types
import unittest
import unittest.mock
import urllib.parse

from scorestack_runtime import edge_feed

DEVICE = "devices/line-1/modules/wine-feed"


class Scorer:
    """Answers in turn what it is told to, then with what it was sent."""

    def __init__(self, *answers):
        self.answers, self.seen = list(answers), []
        scorer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scorer.seen.append((self.path, self.headers["Authorization"], self.headers["Content-Type"], body))
                answer = scorer.answers.pop(0) if scorer.answers else (200, body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def settings(self, **more):
        return {"host": "127.0.0.1", "port": self.server.server_port, "input": "input", "imageIdentity": "abc", "tries": 3, "pauseSeconds": 0.001,
                "timeoutSeconds": 10, "concurrency": 1, **more}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Client:
    """What is used of paho's client."""

    def __init__(self):
        self.steps, self.is_heard, self.changed = [], True, threading.Condition()

    def step(self, *what):
        with self.changed:
            self.steps.append(what)
            self.changed.notify_all()

    def subscribe(self, topic, qos):
        self.step("subscribe", topic, qos)

    def publish(self, topic, body, qos):
        self.step("publish", topic, body, qos)
        return types.SimpleNamespace(wait_for_publish=lambda _: None, is_published=lambda: self.is_heard)

    def ack(self, mid, qos):
        self.step("ack", mid, qos)

    def wait(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.steps) >= count, 30), self.steps
            return list(self.steps)


def properties_of(topic):
    return dict(urllib.parse.parse_qsl(topic.rpartition("/")[2]))


class Feeding(unittest.TestCase):
    def feed(self, *answers, **settings):
        self.scorer, self.client = Scorer(*answers), Client()
        self.addCleanup(self.scorer.close)
        made = edge_feed.Feed(self.client, DEVICE, self.scorer.settings(**settings), "secret-key")
        self.connect()
        return made

    def connect(self):
        self.client.on_connect(self.client, None, None, types.SimpleNamespace(is_failure=False))

    def come(self, mid, body=b"[1]", properties="", name="input"):
        topic = f"{DEVICE}/inputs/{name}/{properties}"
        self.client.on_message(self.client, None, types.SimpleNamespace(mid=mid, qos=1, topic=topic, payload=body))

    def work(self, feed, count):
        threading.Thread(target=feed.work, daemon=True).start()
        return self.client.wait(count)

    def test_a_reply_goes_to_the_output_and_then_the_message_is_acknowledged(self):
        feed = self.feed((200, b"[0.5]"))
        self.come(7, b'{"data":1}', "%24.mid=m%201&%24.cdid=line-1&site=n%C3%B6rd&%24.ct=application%2Fjson")
        subscribed, sent, acknowledged = self.work(feed, 3)
        self.assertEqual(subscribed, ("subscribe", f"{DEVICE}/inputs/#", 1))
        self.assertEqual(self.scorer.seen, [("/score", "Bearer secret-key", "application/json", b'{"data":1}')])
        self.assertEqual((sent[0], sent[2], sent[3]), ("publish", b"[0.5]", 1))
        self.assertTrue(sent[1].startswith(f"{DEVICE}/messages/events/"))
        properties = properties_of(sent[1])
        self.assertEqual(properties, {"site": "nörd", "$.on": "output", "$.cid": "m 1", "$.ct": "application/json", "$.ce": "utf-8",
                                      "scoringStatus": "200", "scoringImageIdentity": "abc", "scoringMessageId": "m 1"})
        self.assertEqual(acknowledged, ("ack", 7, 1))

    def test_a_busy_service_is_waited_for_as_long_as_it_takes(self):
        feed = self.feed(*[(503, b"busy")] * 5, (429, b""), (401, b""))
        self.come(1)
        self.assertEqual(properties_of(self.work(feed, 3)[1][1])["$.on"], "output")
        self.assertEqual(len(self.scorer.seen), 8)

    def test_a_service_that_is_away_is_waited_for(self):
        feed = self.feed(port=1)
        self.come(1)
        arrive = unittest.mock.patch.object(edge_feed.time, "sleep", lambda _: feed._settings.update(port=self.scorer.server.server_port))
        with arrive, self.assertLogs("edge_feed", "WARNING"):
            self.work(feed, 3)
        self.assertEqual(self.client.steps[-1], ("ack", 1, 1))

    def test_a_message_that_the_service_fails_with_goes_to_failures_after_its_tries(self):
        feed = self.feed((500, b"boom"), None, (500, b"boom"))
        self.come(1, b"poison", "%24.mid=m1")
        with self.assertLogs("edge_feed", "ERROR"):
            sent, acknowledged = self.work(feed, 3)[1:]
        self.assertEqual(len(self.scorer.seen), 3)
        properties = properties_of(sent[1])
        self.assertEqual((properties["$.on"], properties["scoringStatus"], sent[2]), ("failures", "500", b"poison"))
        self.assertEqual(properties["scoringReason"], "the service answered 500: boom")
        self.assertEqual(acknowledged, ("ack", 1, 1))

    def test_a_message_that_is_refused_or_for_another_input_is_not_tried_again(self):
        feed = self.feed((400, b"no rows"))
        self.come(1)
        self.come(2, name="other")
        with self.assertLogs("edge_feed", "ERROR"):
            steps = self.work(feed, 5)
        reasons = [properties_of(step[1])["scoringReason"] for step in steps if step[0] == "publish"]
        self.assertEqual(reasons, ["the service answered 400: no rows", "there is no input 'other'"])
        self.assertEqual(len(self.scorer.seen), 1)

    def test_a_reply_that_no_message_holds_goes_to_failures(self):
        feed = self.feed((200, b"x" * 300_000))
        self.come(1)
        with self.assertLogs("edge_feed", "ERROR"):
            sent = self.work(feed, 3)[1]
        self.assertEqual((properties_of(sent[1])["$.on"], sent[2]), ("failures", b"[1]"))

    def test_order_is_kept_with_one_at_a_time(self):
        feed = self.feed((503, b""), (500, b""))
        for mid in range(20):
            self.come(mid, str(mid).encode())
        steps = self.work(feed, 41)
        self.assertEqual([step[2] for step in steps if step[0] == "publish"], [str(mid).encode() for mid in range(20)])
        self.assertEqual([step[1] for step in steps if step[0] == "ack"], list(range(20)))

    def test_a_reply_that_was_not_handed_over_leaves_the_message_with_the_hub(self):
        feed = self.feed()
        self.client.is_heard = False
        self.come(1)
        self.work(feed, 2)
        self.come(2)
        self.assertEqual([step[0] for step in self.client.wait(3)], ["subscribe", "publish", "publish"])

    def test_a_message_that_comes_again_while_it_is_at_work_is_scored_once(self):
        feed = self.feed()
        self.come(1)
        self.come(1)
        self.come(2)
        self.work(feed, 5)
        self.assertEqual(len(self.scorer.seen), 2)

    def test_a_message_of_a_connection_that_ended_is_left_to_the_next_one(self):
        feed = self.feed()
        self.come(1, b"old")
        self.connect()
        self.come(1, b"again")
        steps = self.work(feed, 4)
        self.assertEqual([step[0] for step in steps], ["subscribe", "subscribe", "publish", "ack"])
        self.assertEqual([seen[3] for seen in self.scorer.seen], [b"again"])

    def test_an_image_without_the_library_ends_with_one_line(self):
        program = "import runpy, sys; sys.modules['paho'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
        ended = subprocess.run([sys.executable, "-c", program, edge_feed.__file__], capture_output=True, text=True)
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(ended.stderr.count("\n"), 1)
        self.assertIn("add paho-mqtt>=2.1,<3 to the pip packages of the scorer's conda.yml", ended.stderr)


class Workload(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A device's API for modules: its authority, and signatures with a key that modules do not see."""

    daemon_threads, key = True, b"key of the module"

    def __init__(self, path, authority):
        self.paths = []
        workload = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer({"certificate": authority})

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer({"digest": workload.sign(base64.b64decode(asked["data"]))})

            def answer(self, content):
                workload.paths.append(self.path)
                body = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(path, Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def sign(self, data):
        return base64.b64encode(hmac.new(self.key, data, hashlib.sha256).digest()).decode()


class Device(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = folder.name
        self.environ = {"IOTEDGE_WORKLOADURI": f"unix://{self.path}/w.sock", "IOTEDGE_APIVERSION": "2018-06-28", "IOTEDGE_DEVICEID": "line-1",
                        "IOTEDGE_MODULEID": "wine-feed", "IOTEDGE_MODULEGENERATIONID": "1", "IOTEDGE_IOTHUBHOSTNAME": "team.azure-devices.net",
                        "IOTEDGE_GATEWAYHOSTNAME": "localhost"}

    def workload(self, authority=""):
        made = Workload(f"{self.path}/w.sock", authority)
        self.addCleanup(made.server_close)
        self.addCleanup(made.shutdown)
        return made

    def test_a_token_is_signed_by_the_device_for_the_module_alone(self):
        workload = self.workload()
        token = edge_feed.Workload(self.environ).token(1000.5)
        self.assertEqual(workload.paths, ["/modules/wine-feed/genid/1/sign?api-version=2018-06-28"])
        resource = "team.azure-devices.net%2Fdevices%2Fline-1%2Fmodules%2Fwine-feed"
        signature = urllib.parse.quote(workload.sign(f"{resource}\n4600".encode()), safe="")
        self.assertEqual(token, f"SharedAccessSignature sr={resource}&sig={signature}&se=4600")

    def test_a_device_that_does_not_answer_is_an_error_that_is_tried_again(self):
        with self.assertRaises(OSError):
            edge_feed.Workload(self.environ).token(1000)

    @unittest.skipUnless(importlib.util.find_spec("amqtt") and importlib.util.find_spec("paho"), "paho-mqtt 2 and amqtt are not installed")
    def test_messages_pass_with_the_real_library_over_tls(self):
        import edge_broker

        scorer = Scorer((503, b""), (200, b"[0.5]"))
        self.addCleanup(scorer.close)
        certificate, key = edge_broker.certificate(self.path)
        with open(certificate, encoding="utf-8") as file:
            workload = self.workload(file.read())
        self.environ.update(SCORESTACK_FEED=json.dumps(scorer.settings()), SCORESTACK_FEED_KEY="secret-key")
        seen = asyncio.run(edge_broker.exchange(self.environ, certificate, key, DEVICE))
        self.assertEqual(seen["client"], "line-1/wine-feed")
        self.assertEqual(seen["user"], "team.azure-devices.net/line-1/wine-feed/?api-version=2018-06-30")
        resource, expiry = (dict(urllib.parse.parse_qsl(seen["password"].partition(" ")[2]))[name] for name in ("sr", "se"))
        signed = workload.sign(f"{urllib.parse.quote(resource, safe='')}\n{expiry}".encode())
        self.assertIn(f"&sig={urllib.parse.quote(signed, safe='')}&", seen["password"])
        self.assertEqual((properties_of(seen["topic"])["$.on"], properties_of(seen["topic"])["$.cid"], seen["body"]), ("output", "m1", b"[0.5]"))
        # The reply is there before its message is acknowledged, and the feed ends when it is told to.
        packets = [name for name in seen["packets"] if name in ("PublishPacket", "PubackPacket")]
        self.assertEqual((packets, seen["code"]), (["PublishPacket", "PubackPacket"], 0))
