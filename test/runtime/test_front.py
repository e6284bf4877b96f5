"""What stands before the scorer: limits, timeouts, refusals, identity."""

import asyncio
import json
import random
import threading
import time
import unittest
from unittest import mock

from azureml_inference_server_http.server.utils import timeout
from scorestack_runtime import bodies
from scorestack_runtime.front import FrontSettings
from serving import Asking, echo

LIMIT_MS = 4
CHUNKED = {"transfer_encoding": "chunked"}


class Fronting(Asking):
    def test_scoring_in_the_main_thread_and_the_rest_beside_it(self):
        front = self.front(echo)
        self.assertEqual(self.ask_one(front, body=b"x")["headers"]["x-thread"], "MainThread")
        self.assertNotEqual(self.ask_one(front, path="/swagger.json")["headers"]["x-thread"], "MainThread")

    def test_version(self):
        answer = self.ask_one(self.front(echo), method="GET", path="/version")
        self.assertEqual(json.loads(answer["body"]), {"image": "a:1"})

    def test_an_image_says_itself_which_it_is(self):
        service = {"SCORESTACK_IDENTITY": '{"service": "s", "imageIdentity": "told"}'}
        self.assertEqual(FrontSettings.from_environment(service).identity, {"service": "s", "imageIdentity": "told"})
        image = {"SCORESTACK_IMAGE_IDENTITY": "own"}
        self.assertEqual(FrontSettings.from_environment(image).identity, {"imageIdentity": "own"})
        both = FrontSettings.from_environment({**service, **image})
        self.assertEqual(both.identity, {"service": "s", "imageIdentity": "own"})

    def test_health_has_the_headers_of_every_reply(self):
        answer = self.ask_one(self.front(echo), method="GET", path="/", x_request_id="one")
        self.assertEqual((answer["status"], answer["body"]), (200, b"Healthy"))
        self.assertEqual((answer["headers"]["x-request-id"], answer["headers"]["x-ms-request-id"]), ("one", "one"))

    def test_each_scoring_reply_is_counted(self):
        front = self.front(echo)
        self.ask_one(front, body=b"x")
        self.ask_one(front, body=b"x" * 101)
        self.ask_one(front, method="GET", path="/version")
        self.assertEqual(self.counted, [200, 413])

    def test_a_closing_server_says_so(self):
        front = self.front(echo)
        front.is_closing = True
        self.assertEqual(self.ask_one(front, body=b"x")["headers"]["connection"], "close")

    def test_body_limit(self):
        front = self.front(echo)
        self.assertEqual(self.ask_one(front, body=b"x" * 100)["body"], b"x" * 100)
        answer = self.ask_one(front, body=b"x" * 101)
        self.assertEqual(self.message(answer), (413, "The request body must not be larger than 100 bytes."))
        self.assertIn("x-request-id", answer["headers"])

    def test_body_limit_of_a_chunked_body(self):
        front = self.front(echo)
        self.assertEqual(self.ask_one(front, parts=[b"x" * 60, b"y" * 40], **CHUNKED)["body"], b"x" * 60 + b"y" * 40)
        self.assertEqual(self.ask_one(front, parts=[b"x" * 60, b"y" * 41], **CHUNKED)["status"], 413)

    def test_a_request_cut_short_is_neither_scored_nor_counted(self):
        self.assertEqual(self.ask_one(self.front(echo), parts=[b"half", None], content_length="8"), {})
        self.assertEqual(self.counted, [])

    def test_a_body_that_stalls(self):
        with mock.patch.object(bodies, "STALLED_SECONDS", 0.05):
            answer = self.ask_one(self.front(echo), parts=[], content_length="8")
        self.assertEqual(self.message(answer), (408, "The request body did not arrive in time."))

    def test_room_for_so_many_requests(self):
        front = self.front(echo, max_requests=1)
        outcomes = self.serve(self.turns, *[lambda: self.ask(front, body=b"x")] * 2)
        self.assertEqual(sorted(answer["status"] for answer in outcomes), [200, 503])
        self.assertEqual(self.ask_one(front, body=b"again")["status"], 200)

    def test_room_for_so_many_bytes(self):
        front = self.front(echo)
        front._room.take(0, 4 * 100 - 50)
        self.assertEqual(self.ask_one(front, body=b"x" * 50)["status"], 200)
        refused = self.ask_one(front, body=b"x" * 51)
        self.assertEqual(self.message(refused), (503, "The scorer is busy."))
        self.assertEqual(refused["headers"]["retry-after"], "1")

    def test_room_for_chunked_bodies(self):
        front = self.front(echo, max_body_bytes=2**20)
        front._room.take(0, 4 * 2**20 - 100_000)
        for _ in range(3):
            self.assertEqual(self.ask_one(front, parts=[b"x" * 1000], **CHUNKED)["status"], 200)
            self.assertEqual(self.ask_one(front, parts=[b"x" * 70_000], **CHUNKED)["status"], 503)
        front._room.take(0, -(2**20))
        self.assertEqual(self.ask_one(front, parts=[b"x" * 70_000], **CHUNKED)["body"], b"x" * 70_000)

    def test_what_the_application_does_not_answer_itself(self):
        def fail(environ, start_response):
            raise SystemExit("a detail")

        with self.assertLogs("azmlinfsrv", "ERROR") as logged:
            answer = self.ask_one(self.front(fail))
        expected = "An unexpected error occurred in scoring script. Check the logs for more info."
        self.assertEqual(self.message(answer), (500, expected))
        self.assertIn("a detail", logged.output[0])

    def test_the_close_of_an_answer_is_called(self):
        closed = []

        class Parts(list):
            def close(self):
                closed.append(1)

        def application(environ, start_response):
            start_response("200 OK", [])
            return Parts([b"a", b"b"])

        self.assertEqual((self.ask_one(self.front(application))["body"], closed), (b"ab", [1]))


class TimingOut(Asking):
    """Timeouts are the inference server's, an alarm in the main thread; the front has its own for what ignores that."""

    def test_a_run_that_ignores_its_timeout_is_answered_and_replaced(self):
        replaced, go_on = [], threading.Event()

        def stuck(environ, start_response):
            go_on.wait(20)
            return echo(environ, start_response)

        front = self.front(stuck, lambda: replaced.append(1), scoring_timeout_ms=20, stuck_grace_seconds=0.1)

        async def ask():
            try:
                answer = await self.ask(front)
                await asyncio.sleep(0.3)
                return answer, list(replaced)
            finally:
                go_on.set()

        [(answer, was_replaced)] = self.serve(self.turns, ask)
        self.assertEqual(self.message(answer), (500, "Scoring timeout after 20 ms"))
        self.assertEqual(answer["headers"]["x-ms-run-function-failed"], "True")
        self.assertEqual(was_replaced, [1])

    def test_a_run_that_ends_within_the_grace_is_not_replaced(self):
        replaced = []

        def late(environ, start_response):
            time.sleep(0.7)
            return echo(environ, start_response)

        front = self.front(late, lambda: replaced.append(1), scoring_timeout_ms=20, stuck_grace_seconds=0.4)

        async def ask():
            answer = await self.ask(front)
            await asyncio.sleep(0.6)
            return answer

        [answer] = self.serve(self.turns, ask)
        self.assertEqual((answer["status"], replaced), (500, []))

    def test_a_thousand_timeouts_that_race_with_the_end_of_run(self):
        chance, outcomes = random.Random(1), {"in time": 0, "timed out": 0}

        def run(environ, start_response):
            try:
                with timeout(LIMIT_MS):
                    time.sleep(LIMIT_MS / 1000 + chance.uniform(-0.0015, 0.0003))
                outcomes["in time"] += 1
            except TimeoutError:
                outcomes["timed out"] += 1
            return echo(environ, start_response)

        front, requests = self.front(run, lambda: self.fail("replaced"), scoring_timeout_ms=LIMIT_MS), 250

        async def ask():
            return [(await self.ask(front, body=b"x"))["status"] for _ in range(requests)]

        statuses = self.serve(self.turns, *[ask] * 4)
        self.assertEqual(statuses, [[200] * requests] * 4)
        self.assertEqual(sum(outcomes.values()), 4 * requests)
        self.assertGreater(min(outcomes.values()), 20)


if __name__ == "__main__":
    unittest.main()
