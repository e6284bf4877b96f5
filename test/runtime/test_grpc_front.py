"""The server for gRPC as a process of its own, before the real scoring server, asked by a real gRPC client."""

import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

from service import PROJECT, Service, wait_until

try:
    import grpc
    from scorestack_runtime.open_inference import message
except ImportError:  # found out by run.py, which then tells of each test that it did not run
    grpc = None

SCRIPT = """
import os, time
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse

def init():
    pass

@rawhttp
def run(request):
    body = request.get_data()
    if body.startswith(b"wait:"):
        name = body[5:].decode()
        open(f"{name}.here", "w").close()
        while not os.path.exists(f"{name}.go"):
            time.sleep(0.01)
        return AMLResponse(b'"waited"', 200)
    if body == b"refuse":
        return AMLResponse(b'{"message": "no such thing"}', 400)
    if body == b"fail":
        raise ValueError("in run()")
    if body == b"long":
        time.sleep(600)
    return AMLResponse(body, 200)
"""
IDENTITY = {"service": "churn", "imageIdentity": "a" * 64, "models": ["trees:3"]}
MOST_BYTES = 100_000


class Grpc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service, cls.app = Service(), tempfile.TemporaryDirectory()
        cls.keys = os.path.join(cls.app.name, "keys.json")
        with open(cls.keys, "w", encoding="utf-8") as file:
            json.dump([hashlib.sha256(b"right").hexdigest()], file)
        with open(os.path.join(cls.app.name, "score.py"), "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        cls.environment = {
            "SCORESTACK_IDENTITY": json.dumps(IDENTITY),
            "SCORESTACK_KEYS_FILE": cls.keys,
            "SCORESTACK_MAX_WAIT_MS": "50",
            "SCORESTACK_GRPC_MAX_BYTES": str(MOST_BYTES),
        }
        cls.service.desire_azmlinfsrv(cls.app.name, environment=cls.environment)
        cls.service.start()
        status = cls.service.settle()
        assert status["state"] == "running", status

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.app.cleanup()

    def setUp(self):
        self.front, self.port = self.start()
        self.channel = self.connect(self.port)

    def start(self, **changes):
        own = {"SCORESTACK_SCORING_PORT": str(self.service.port), "SCORESTACK_GRPC_PORT": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        environment = {**os.environ, **self.environment, **own, **changes}
        argv = [sys.executable, os.path.join(PROJECT, "runtime", "grpc_front.py")]
        front = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(front.stdout.close)
        self.addCleanup(front.wait)
        self.addCleanup(front.kill)
        return front, int(front.stdout.readline().rpartition(" ")[2])

    def connect(self, port):
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_send_message_length", -1)])
        self.addCleanup(channel.close)
        return channel

    def call(self, method, key="right", timeout=60, reply=None, **fields):
        package, path = ("inference", f"/inference.GRPCInferenceService/{method}")
        if method == "HealthCheck":
            package, path = ("grpc.health.v1", "/grpc.health.v1.Health/Check")
        request = message(f"{package}.{method}Request")(**fields)
        parse = message(f"{package}.{method}Response").FromString
        ask = self.channel.unary_unary(path, lambda sent: sent.SerializeToString(), parse)
        metadata = [("authorization", f"Bearer {key}")] if key else []
        return ask.future(request, timeout, metadata) if reply == "later" else ask(request, timeout, metadata)

    def infer(self, *bodies, **changes):
        tensor = {"name": "data", "datatype": "BYTES", "shape": [len(bodies)], "contents": {"bytes_contents": bodies}}
        return self.call("ModelInfer", **{"model_name": "churn", "inputs": [tensor], **changes})

    def numbers(self, datatype, shape, name="x", **contents):
        return {"name": name, "datatype": datatype, "shape": shape, "contents": contents}

    def output(self, answer):
        [output] = answer.outputs
        values = output.contents.fp64_contents if output.datatype == "FP64" else output.contents.bytes_contents
        return output.datatype, list(output.shape), list(values)

    def failure(self, call, *args, **kwargs):
        with self.assertRaises(grpc.RpcError) as raised:
            call(*args, **kwargs)
        return raised.exception.code().name, raised.exception.details()

    def path(self, name):
        return os.path.join(self.app.name, name)

    def go(self, name):
        open(self.path(name), "w").close()

    def wait_for(self, name):
        wait_until(lambda: os.path.exists(self.path(name)), name)

    def test_each_element_of_bytes_is_a_request(self):
        answer = self.infer(b"[1, 2]", b"[3, 4.5]", id="seven")
        self.assertEqual((answer.model_name, answer.model_version, answer.id), ("churn", "a" * 64, "seven"))
        self.assertEqual(self.output(answer), ("FP64", [2, 2], [1, 2, 3, 4.5]))
        self.assertEqual(self.output(self.infer(b'{"label": 3}')), ("BYTES", [1], [b'{"label": 3}']))
        self.assertEqual(self.output(self.infer(b"\xff\x00", b"2")), ("BYTES", [2], [b"\xff\x00", b"2"]))

    def test_numbers_are_sent_as_json(self):
        shorts = self.numbers("INT16", [2, 2], "a", int_contents=[1, -2, 3, 4])
        flags = self.numbers("BOOL", [1], "b", bool_contents=[True])
        datatype, shape, [body] = self.output(self.infer(inputs=[shorts, flags]))
        self.assertEqual((datatype, shape), ("BYTES", [1]))
        self.assertEqual(json.loads(body), {"a": [[1, -2], [3, 4]], "b": [True]})

    def test_raw_contents(self):
        halves = {"name": "a", "datatype": "FP16", "shape": [1, 2]}
        answer = self.infer(inputs=[halves], raw_input_contents=[struct.pack("<2e", 0.5, -2)])
        self.assertEqual(json.loads(self.output(answer)[2][0]), {"a": [[0.5, -2]]})
        texts = {"name": "a", "datatype": "BYTES", "shape": [2]}
        answer = self.infer(inputs=[texts], raw_input_contents=[struct.pack("<I1sI2s", 1, b"1", 2, b"22")])
        self.assertEqual(self.output(answer), ("FP64", [2], [1, 22]))

    def test_wrong_tensors(self):
        wrong = {
            "a request needs at least one input": {"inputs": []},
            "input 'x': its shape has 3 elements, its FP32 contents 2": {
                "inputs": [self.numbers("FP32", [3], fp32_contents=[1, 2])]
            },
            "input 'x': FP16 is sent as raw_input_contents alone": {"inputs": [self.numbers("FP16", [1])]},
            "raw_input_contents has 2 entries for 1 inputs": {
                "inputs": [self.numbers("INT8", [1])],
                "raw_input_contents": [b"1", b"2"],
            },
            "input 'x': its raw contents are no whole number of elements": {
                "inputs": [self.numbers("INT32", [1])],
                "raw_input_contents": [b"123"],
            },
            "input 'x': its raw contents end in mid-element": {
                "inputs": [self.numbers("BYTES", [1])],
                "raw_input_contents": [struct.pack("<I", 9)],
            },
            "a tensor of BYTES must be the only input: each of its elements is a request body": {
                "inputs": [self.numbers("BYTES", [0]), self.numbers("BOOL", [0], "y")]
            },
            "each input needs a name of its own": {"inputs": [self.numbers("BOOL", [0]), self.numbers("BOOL", [0])]},
            "NaN and infinity are no JSON numbers": {
                "inputs": [self.numbers("FP64", [1], fp64_contents=[float("nan")])]
            },
        }
        for text, fields in wrong.items():
            self.assertEqual(self.failure(self.infer, **fields), ("INVALID_ARGUMENT", text))
        code, details = self.failure(self.infer, inputs=[self.numbers("TEXT", [0])])
        self.assertEqual((code, details.partition(":")[0]), ("INVALID_ARGUMENT", "input 'x'"))

    def test_the_scoring_server_asks_for_the_key(self):
        self.assertEqual(self.failure(self.infer, b"1", key="wrong"), ("UNAUTHENTICATED", "The key is not valid."))
        code, details = self.failure(self.infer, b"1", key=None)
        self.assertEqual((code, details.partition(":")[0]), ("UNAUTHENTICATED", "A key is required"))

    def test_what_the_scorer_refuses_and_where_it_fails(self):
        self.assertEqual(self.failure(self.infer, b"refuse"), ("INVALID_ARGUMENT", "no such thing"))
        self.assertEqual(self.failure(self.infer, b"fail")[0], "INTERNAL")

    def test_a_busy_scorer_is_unavailable(self):
        waiting = self.infer(b"wait:busy", reply="later")
        self.wait_for("busy.here")
        self.assertEqual(self.failure(self.infer, b"1"), ("UNAVAILABLE", "The scorer is busy."))
        self.go("busy.go")
        self.assertEqual(self.output(waiting.result())[2], [b'"waited"'])

    def test_more_calls_than_may_be_in_hand_leave_room_for_questions(self):
        _, port = self.start(SCORESTACK_MAX_REQUESTS="1")
        self.channel = self.connect(port)
        waiting = self.infer(b"wait:full", reply="later")
        self.wait_for("full.here")
        self.assertEqual(self.failure(self.infer, b"1"), ("UNAVAILABLE", "The scorer is busy."))
        self.assertTrue(self.call("ServerReady").ready)
        self.go("full.go")
        waiting.result()

    def test_the_deadline_of_a_call(self):
        try:
            self.assertEqual(self.failure(self.infer, b"wait:late", timeout=0.5)[0], "DEADLINE_EXCEEDED")
        finally:
            self.go("late.go")
        self.wait_for("late.here")

    def test_messages_have_a_size(self):
        self.assertEqual(self.failure(self.infer, b"1" * (MOST_BYTES + 1))[0], "RESOURCE_EXHAUSTED")

    def test_who_answers_needs_no_key(self):
        self.assertTrue(self.call("ServerLive", key=None).live)
        self.assertTrue(self.call("ServerReady", key=None).ready)
        self.assertTrue(self.call("ModelReady", key=None, name="trees", version="3").ready)
        server = self.call("ServerMetadata", key=None)
        self.assertEqual((server.name, server.version), ("churn", "a" * 64))
        model = self.call("ModelMetadata", key=None, name="churn")
        self.assertEqual((model.versions, json.loads(model.properties["models"])), (["a" * 64], ["trees:3"]))

    def test_models_that_are_not_there(self):
        text = "there is no model 'other'; there are churn, trees"
        self.assertEqual(self.failure(self.infer, b"1", model_name="other"), ("NOT_FOUND", text))
        text = "'trees' has no version '2'; it has '3'"
        self.assertEqual(self.failure(self.call, "ModelReady", name="trees", version="2"), ("NOT_FOUND", text))

    def test_health(self):
        for service in ("", "liveness", "inference.GRPCInferenceService"):
            self.assertEqual(self.call("HealthCheck", key=None, service=service).status, 1)
        text = "there is no service 'other'"
        self.assertEqual(self.failure(self.call, "HealthCheck", service="other"), ("NOT_FOUND", text))

    def test_without_its_scoring_server(self):
        _, port = self.start(SCORESTACK_SCORING_PORT="1")
        self.channel = self.connect(port)
        self.assertEqual(self.failure(self.infer, b"1")[0], "UNAVAILABLE")
        self.assertFalse(self.call("ServerReady").ready)
        statuses = [self.call("HealthCheck", service=service).status for service in ("", "liveness")]
        self.assertEqual(statuses, [2, 1])

    def test_sigterm_answers_what_is_in_hand(self):
        waiting = self.infer(b"wait:end", reply="later")
        self.wait_for("end.here")
        ended = threading.Event()
        self.channel.subscribe(lambda state: state is grpc.ChannelConnectivity.IDLE and ended.set())
        self.front.send_signal(signal.SIGTERM)
        self.assertTrue(ended.wait(60))  # it has said that it takes no more
        self.assertEqual(self.failure(self.infer, b"1")[0], "UNAVAILABLE")
        self.go("end.go")
        self.assertEqual(self.output(waiting.result())[2], [b'"waited"'])
        self.assertEqual(self.front.wait(60), 0)

    def test_without_grpcio_it_says_so_in_a_line(self):
        argv = [sys.executable, "-S", os.path.join(PROJECT, "runtime", "grpc_front.py")]
        ended = subprocess.run(argv, stderr=subprocess.PIPE, text=True, check=False)
        text = "grpc_front: the image's environment lacks grpc: add grpcio and protobuf to its conda file\n"
        self.assertEqual((ended.returncode, ended.stderr), (1, text))


if __name__ == "__main__":
    unittest.main()
