"""What stands before the inference server: turns, timeouts, keys, body limit, refusals."""

import errno
import hashlib
import io
import json
import os
import random
import tempfile
import threading
import time
import unittest

from azureml_inference_server_http.server.utils import timeout
from front import Front, FrontSettings
from keys import Keys
from turns import Busy, Overdue, Turns

LIMIT_MS = 4


class Serving(unittest.TestCase):
    """The main thread serves turns, as in a worker; threads of the test take them."""

    def serve(self, turns, *works):
        """Runs `works` in threads while turns are served here; returns what each returned or raised."""
        outcomes = [None] * len(works)

        def run(index, work):
            try:
                outcomes[index] = work()
            except BaseException as problem:
                outcomes[index] = problem

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]

        def end():
            for thread in threads:
                thread.join()
            turns.end()

        for thread in [*threads, threading.Thread(target=end)]:
            thread.start()
        turns.serve()
        return outcomes


class TakingTurns(Serving):
    def test_work_is_done_in_the_main_thread(self):
        turns = Turns(5, 5)
        self.assertEqual(self.serve(turns, lambda: turns.take(threading.current_thread)), [threading.main_thread()])

    def test_what_work_raises_is_raised(self):
        turns = Turns(5, 5)
        failing = {"value": ValueError("x"), "exit": SystemExit(1)}

        def fail(name):
            raise failing[name]

        outcomes = self.serve(turns, *(lambda name=name: turns.take(lambda: fail(name)) for name in failing))
        self.assertEqual(outcomes, list(failing.values()))

    def test_an_exit_that_was_asked_for_ends_serving(self):
        turns = Turns(5, 5)
        threading.Thread(target=lambda: self.assertRaises(SystemExit, turns.take, lambda: exit(0)), daemon=True).start()
        with self.assertRaises(SystemExit):
            turns.serve(is_quitting=lambda: True)

    def test_no_two_at_once_and_none_lost(self):
        turns, inside, done = Turns(5, 5), [], []

        def work():
            inside.append(1)
            self.assertEqual(len(inside), 1)
            time.sleep(0.0001)
            done.append(inside.pop())

        outcomes = self.serve(turns, *[lambda: [turns.take(work) for _ in range(50)] for _ in range(16)])
        self.assertEqual(len(done), 16 * 50)
        self.assertEqual([outcome for outcome in outcomes if isinstance(outcome, BaseException)], [])

    def test_turns_come_in_the_order_of_requests(self):
        turns, order, gate = Turns(5, 5), [], threading.Event()

        def take(name):
            return lambda: turns.take(lambda: (gate.wait(5), order.append(name)))

        def queue_up():
            for name in range(8):
                threading.Thread(target=take(name)).start()
                self.wait_until(lambda name=name: turns._waiting.qsize() >= name)
            gate.set()

        self.serve(turns, queue_up)
        self.assertEqual(order, list(range(8)))

    def test_overdue(self):
        turns = Turns(0.05, 5)
        [overdue] = self.serve(turns, lambda: turns.take(lambda: time.sleep(0.3)))
        self.assertIsInstance(overdue, Overdue)
        self.assertTrue(overdue.turn.is_over)

    def test_the_limit_counts_from_the_beginning_of_a_turn(self):
        turns = Turns(0.3, 5)
        work = lambda: turns.take(lambda: time.sleep(0.2) or "done")  # noqa: E731
        self.assertEqual(self.serve(turns, work, work, work), ["done"] * 3)

    def test_patience(self):
        turns, calls = Turns(5, 0.05), []
        outcomes = self.serve(
            turns, lambda: turns.take(lambda: time.sleep(0.5) or "done"), lambda: time.sleep(0.1) or turns.take(calls.append)
        )
        self.assertEqual(outcomes[0], "done")
        self.assertIsInstance(outcomes[1], Busy)
        self.assertEqual(calls, [])

    def test_refusing(self):
        turns, started, go_on = Turns(5, 5), threading.Event(), threading.Event()

        def refuse():
            started.wait(5)
            self.wait_until(lambda: turns._waiting.qsize() == 2)
            turns.refuse()
            try:
                return turns.take(lambda: "late")
            finally:
                go_on.set()

        waiting = lambda: started.wait(5) and turns.take(lambda: "no")  # noqa: E731
        first = lambda: turns.take(lambda: (started.set(), go_on.wait(5), "done")[-1])  # noqa: E731
        outcomes = self.serve(turns, first, waiting, waiting, refuse)
        self.assertEqual(outcomes[0], "done")
        self.assertEqual([type(outcome) for outcome in outcomes[1:]], [Busy, Busy, Busy])

    def wait_until(self, condition):
        deadline = time.monotonic() + 5
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.001)


class Asking(Serving):
    """Requests to a Front around an application of the test's own."""

    settings = {"scoring_timeout_ms": 5000, "max_body_bytes": 100, "keys_file": "", "identity": {"image": "a:1"}}

    def front(self, application, replace=lambda: None, **changes):
        settings = FrontSettings(**{**self.settings, **changes})
        self.turns = settings.turns()
        return Front(application, settings, self.turns, replace)

    def ask(self, front, method="POST", path="/score", body=b"", **extra):
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "wsgi.input": io.BytesIO(body)}
        answer = {}

        def start_response(status, headers, exc_info=None):
            answer.update(status=int(status.split()[0]), headers={name.lower(): value for name, value in headers})

        parts = front({**environ, "CONTENT_LENGTH": str(len(body)), **extra}, start_response)
        return {**answer, "body": b"".join(parts)}

    def ask_one(self, front, **request):
        [answer] = self.serve(self.turns, lambda: self.ask(front, **request))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def message(self, answer):
        return answer["status"], json.loads(answer["body"])["message"]


def echo(environ, start_response):
    """The health probe has the headers that every reply has; the rest is answered with the body."""
    if environ["PATH_INFO"] == "/":
        start_response("200 OK", [("X-Usual", "1"), ("Content-Type", "text/html"), ("Allow", "GET")])
        return [b"Healthy"]
    start_response("200 OK", [("X-Thread", threading.current_thread().name)])
    return [environ["wsgi.input"].read()]


class Fronting(Asking):
    def test_scoring_in_the_main_thread_and_the_rest_beside_it(self):
        front = self.front(echo)
        self.assertEqual(self.ask_one(front, body=b"x")["headers"]["x-thread"], "MainThread")
        self.assertNotEqual(self.ask_one(front, path="/swagger.json")["headers"]["x-thread"], "MainThread")

    def test_version(self):
        answer = self.ask(self.front(echo, keys_file=""), method="GET", path="/version")
        self.assertEqual(json.loads(answer["body"]), {"image": "a:1"})

    def test_body_limit(self):
        front = self.front(echo)
        self.assertEqual(self.ask_one(front, body=b"x" * 100)["body"], b"x" * 100)
        answer = self.ask(front, body=b"x" * 101)
        self.assertEqual(self.message(answer), (413, "The request body must not be larger than 100 bytes."))
        self.assertEqual(answer["headers"]["x-usual"], "1")
        self.assertNotIn("allow", answer["headers"])

    def test_body_limit_of_a_chunked_body(self):
        front = self.front(echo)
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
        self.assertEqual(self.ask_one(front, body=b"x" * 100, **chunked)["body"], b"x" * 100)
        self.assertEqual(self.ask(front, body=b"x" * 101, **chunked)["status"], 413)

    def test_a_request_cut_short(self):
        with self.assertRaises(ConnectionResetError):
            self.ask(self.front(echo), body=b"half", CONTENT_LENGTH="8")

    def test_a_body_that_stalls(self):
        class Stalled:
            def read(self, size):
                raise BlockingIOError(errno.EAGAIN, "stalled")

        answer = self.ask(self.front(echo), **{"CONTENT_LENGTH": "8", "wsgi.input": Stalled()})
        self.assertEqual(self.message(answer), (408, "The request body did not arrive in time."))

    def test_room_for_so_many_requests(self):
        started, go_on = threading.Event(), threading.Event()

        def slow(environ, start_response):
            if environ["PATH_INFO"] == "/score":
                started.set()
                go_on.wait(5)
            return echo(environ, start_response)

        front = self.front(slow, max_requests=1)

        def second():
            started.wait(5)
            try:
                return self.ask(front)
            finally:
                go_on.set()

        first, refused = self.serve(self.turns, lambda: self.ask(front, body=b"x"), second)
        self.assertEqual((first["status"], self.message(refused)), (200, (503, "The scorer is busy.")))
        self.assertEqual(self.ask_one(front, body=b"again")["status"], 200)

    def test_room_for_so_many_bytes(self):
        front = self.front(echo)
        front._room.take(0, 4 * 100 - 50)
        self.assertEqual(self.ask_one(front, body=b"x" * 50)["status"], 200)
        self.assertEqual(self.ask_one(front, body=b"x" * 51)["status"], 503)

    def test_room_for_chunked_bodies(self):
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
        front = self.front(echo, max_body_bytes=2**20)
        front._room.take(0, 4 * 2**20 - 100_000)
        for _ in range(3):
            self.assertEqual(self.ask_one(front, body=b"x" * 1000, **chunked)["status"], 200)
            self.assertEqual(self.ask(front, body=b"x" * 70_000, **chunked)["status"], 503)
        front._room.take(0, -(2**20))
        self.assertEqual(self.ask_one(front, body=b"x" * 70_000, **chunked)["body"], b"x" * 70_000)

    def test_what_the_application_does_not_answer_itself(self):
        def fail(environ, start_response):
            if environ["PATH_INFO"] == "/":
                return echo(environ, start_response)
            raise SystemExit("a detail")

        with self.assertLogs("azmlinfsrv.front", "ERROR") as logged:
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
        replaced, go_on = threading.Event(), threading.Event()

        def stuck(environ, start_response):
            if environ["PATH_INFO"] == "/score":
                go_on.wait(20)
            return echo(environ, start_response)

        front = self.front(stuck, replaced.set, scoring_timeout_ms=20, stuck_grace_seconds=0.1)

        def ask():
            try:
                return self.ask(front), replaced.wait(5)
            finally:
                go_on.set()

        [(answer, was_replaced)] = self.serve(self.turns, ask)
        self.assertEqual(self.message(answer), (500, "Scoring timeout after 20 ms"))
        self.assertEqual(answer["headers"]["x-ms-run-function-failed"], "True")
        self.assertTrue(was_replaced)

    def test_a_run_that_ends_within_the_grace_is_not_replaced(self):
        replaced = []

        def late(environ, start_response):
            if environ["PATH_INFO"] == "/score":
                time.sleep(0.7)
            return echo(environ, start_response)

        front = self.front(late, lambda: replaced.append(1), scoring_timeout_ms=20, stuck_grace_seconds=0.4)
        [answer] = self.serve(self.turns, lambda: (self.ask(front), time.sleep(0.6))[0])
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
        ask = lambda: [self.ask(front, body=b"x")["status"] for _ in range(requests)]  # noqa: E731
        statuses = self.serve(self.turns, *[ask] * 4)
        self.assertEqual(statuses, [[200] * requests] * 4)
        self.assertEqual(sum(outcomes.values()), 4 * requests)
        self.assertGreater(min(outcomes.values()), 20)


class RotatingKeys(Asking):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.file = os.path.join(self.folder.name, "keys.json")
        self.write("one", "two")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, *keys):
        with open(f"{self.file}.new", "w", encoding="utf-8") as file:
            json.dump([hashlib.sha256(key.encode()).hexdigest() for key in keys], file)
        os.replace(f"{self.file}.new", self.file)

    def test_accepted_keys(self):
        keys = Keys(self.file)
        accepted = {key: keys.accept(key) for key in ("one", "two", "three", "", "One", "one ", "ö")}
        self.assertEqual([key for key, is_accepted in accepted.items() if is_accepted], ["one", "two"])

    def test_a_changed_file_is_read_again(self):
        keys = Keys(self.file)
        for count in range(20):
            self.write(f"key {count}", "two")
            self.assertTrue(keys.accept(f"key {count}"))
            self.assertFalse(keys.accept(f"key {count - 1}"))

    def test_a_file_changed_in_place_is_read_again(self):
        keys = Keys(self.file)
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump([], file)
        self.assertFalse(keys.accept("one"))

    def test_an_unreadable_file_leaves_the_keys_as_they_were(self):
        keys = Keys(self.file)
        for spoil in (lambda: open(self.file, "w").close(), lambda: os.remove(self.file)):
            spoil()
            with self.assertLogs("azmlinfsrv.front", "ERROR"):
                self.assertTrue(keys.accept("one"))
                self.assertFalse(keys.accept("three"))
        self.write("three")
        self.assertTrue(keys.accept("three"))

    def test_no_service_without_its_keys_file(self):
        os.remove(self.file)
        with self.assertRaises(FileNotFoundError):
            self.front(echo, keys_file=self.file)

    def test_requests(self):
        front = self.front(echo, keys_file=self.file)
        right, wrong = {"HTTP_AUTHORIZATION": "Bearer one"}, {"HTTP_AUTHORIZATION": "Bearer three"}
        self.assertEqual(self.ask_one(front, body=b"x", **right)["status"], 200)
        refused = self.ask(front, body=b"x", **wrong)
        self.assertEqual(self.message(refused), (401, "The key is not valid."))
        self.assertEqual((refused["headers"]["www-authenticate"], refused["headers"]["x-usual"]), ("Bearer", "1"))
        self.assertEqual([self.ask(front, method="GET", path=path)["status"] for path in ("/", "/version")], [200, 200])

    def test_options_without_a_key_stay_away_from_the_scorer(self):
        front = self.front(echo, keys_file=self.file)
        answer = self.ask(front, method="OPTIONS", body=b"score me")
        self.assertEqual((answer["status"], answer["headers"]["x-usual"]), (200, "1"))
        self.assertNotIn("x-thread", answer["headers"])


if __name__ == "__main__":
    unittest.main()
