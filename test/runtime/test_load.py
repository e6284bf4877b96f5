"""What is in hand, over all processes of a server and over all replicas of a service."""

import asyncio
import json
import os
import socket
import tempfile
import threading
import time
import unittest
from unittest import mock

from scorestack_runtime import fellows
from scorestack_runtime.fellows import Fellows
from scorestack_runtime.front import FrontSettings
from scorestack_runtime.load import PLACES, Load, SharedLoad
from serving import Asking, echo


class Sharing(unittest.TestCase):
    def test_each_process_counts_in_its_own_place(self):
        shared = SharedLoad()
        here, there = (Load(shared, shared.take_place(), slots=2) for _ in range(2))
        child = os.fork()
        if child == 0:
            there.hold(3)
            there.count(200)
            os._exit(0)
        os.waitpid(child, 0)
        here.hold(1)
        for status in (200, 404, 503):
            here.count(status)
        totals = {"in_hand": 4, "answered": 4, "refused": 1, "failed": 1, "slots": 2}
        self.assertEqual([load.totals() for load in (here, there)], [totals] * 2)

    def test_what_an_ended_process_had_in_hand_goes_and_what_it_answered_stays(self):
        shared = SharedLoad()
        place = shared.take_place()
        ended = Load(shared, place)
        ended.hold(1)
        ended.count(500)
        shared.give_back(place)
        self.assertEqual(shared.totals(), {"in_hand": 0, "answered": 1, "refused": 0, "failed": 1})

    def test_places_are_used_again_and_a_process_without_one_is_not_counted(self):
        shared = SharedLoad()
        for _ in range(2):
            places = [shared.take_place() for _ in range(PLACES)]
            self.assertEqual((len(set(places)), places[-1]), (PLACES, None))
            Load(shared, None).hold(1)
            for place in places:
                shared.give_back(place)
        self.assertEqual(shared.totals()["in_hand"], 0)

    def test_prometheus_text(self):
        load = Load(slots=2)
        load.hold(1)
        for status in (200, 200, 404, 500):
            load.count(status)
        lines = [line for line in load.as_prometheus().split("\n") if not line.startswith("#")]
        expected = [
            "scorestack_requests_in_hand 1",
            "scorestack_slots 2",
            'scorestack_responses_total{status="2xx"} 2',
            'scorestack_responses_total{status="4xx"} 1',
            'scorestack_responses_total{status="5xx"} 1',
            "",
        ]
        self.assertEqual(lines, expected)


class Telling(Asking):
    def test_counts_need_no_key_and_are_told_only_where_they_are_to_be(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as keys:
            keys.write("[]")
            keys.flush()
            told, quiet = (self.front(echo, tells_load=tells, keys_file=keys.name) for tells in (True, False))
            paths = ("/load", "/metrics", "/load/all")
            answers, untold = ({path: self.ask_one(front, method="GET", path=path) for path in paths} for front in (told, quiet))
        self.assertEqual(json.loads(answers["/load"]["body"]), {"inHand": 0, "slots": 1})
        self.assertEqual(answers["/metrics"]["headers"]["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertEqual({answer["status"] for answer in untold.values()}, {401})
        self.assertEqual(answers["/load/all"]["status"], 401, "no replicas are named: it is no path of its own")

    def test_who_runs_and_who_waits_is_in_hand(self):
        front, go_on = self.front(lambda *call: (go_on.wait(5), echo(*call))[1], tells_load=True), threading.Event()
        seen = []

        async def watch():
            deadline = time.monotonic() + 5
            while front._load.totals()["in_hand"] < 3 and time.monotonic() < deadline:
                await asyncio.sleep(0.001)
            seen.append(json.loads((await self.ask(front, method="GET", path="/load"))["body"])["inHand"])
            go_on.set()

        self.serve(self.turns, watch, *[lambda: self.ask(front)] * 3)
        self.assertEqual((seen, front._load.totals()["in_hand"]), ([3], 0))

    def test_who_has_waited_too_long_is_told_to_come_again(self):
        front = self.front(lambda *call: (time.sleep(0.8), echo(*call))[1], tells_load=True, max_wait_seconds=0.2)
        asked = []

        async def ask():
            started = time.monotonic()
            answer = await self.ask(front)
            asked.append((answer["status"], answer["headers"].get("retry-after"), round(time.monotonic() - started, 1)))

        self.serve(self.turns, *[ask] * 3)
        [first, second, last] = asked
        self.assertEqual([first[:2], second[:2], last[:2]], [(503, "1")] * 2 + [(200, None)])
        self.assertTrue(0.2 <= first[2] <= 0.5 and second[2] <= 0.5, asked)
        self.assertEqual(front._load.totals()["in_hand"], 0)

    def test_a_run_that_is_answered_as_too_long_still_holds_its_slot(self):
        go_on, seen = threading.Event(), []
        front = self.front(lambda *call: (go_on.wait(20), echo(*call))[1], scoring_timeout_ms=20, tells_load=True)

        async def ask():
            answer = await self.ask(front)
            seen.append((answer["status"], front._load.totals()["in_hand"]))
            go_on.set()
            await asyncio.sleep(0.1)
            seen.append(front._load.totals()["in_hand"])

        self.serve(self.turns, ask)
        self.assertEqual(seen, [(500, 1), 0])

    def test_settings(self):
        told = FrontSettings.from_environment(
            {"SCORESTACK_MAX_WAIT_MS": "500", "SCORESTACK_TELLS_LOAD": "true", "SCORESTACK_REPLICAS": "all.example:5001"}
        )
        self.assertEqual((told.max_wait_seconds, told.tells_load, told.replicas), (0.5, True, "all.example:5001"))
        untold = FrontSettings.from_environment({})
        self.assertEqual((untold.max_wait_seconds, untold.tells_load, untold.replicas), (None, False, ""))

    def front(self, application, **changes):
        front = super().front(application, **changes)
        if front._load:
            front._turns._tell = front._load.hold
        return front


class AskingFellows(unittest.TestCase):
    """Replicas are servers on 127.0.0.0/8, found under a name as a headless service's pods are."""

    def setUp(self):
        self.servers, self.asked = [], 0
        self.port = self.listen("127.0.0.1", b'{"inHand": 1, "slots": 2}')

    def listen(self, host, answer, port=0, slow=False):
        listener = socket.create_server((host, port))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                self.asked += 1
                connection.recv(4096)
                if slow:
                    self.servers.append(connection)  # kept open
                    continue
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + answer)
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    def load(self, *hosts, times=1, between=0.0):
        async def ask():
            loop = asyncio.get_running_loop()

            async def found(host, port, type):
                if not hosts:
                    raise socket.gaierror(socket.EAI_NONAME, "unknown name")
                return [(socket.AF_INET, type, 6, "", (address, port)) for address in hosts]

            with mock.patch.object(loop, "getaddrinfo", found):
                asker, answers = Fellows(f"all.example:{self.port}", 2), []
                for _ in range(times):
                    answers += await asyncio.gather(asker.load(), asker.load())
                    await asyncio.sleep(between)
                return answers

        return asyncio.run(ask())

    def test_the_sum_over_all(self):
        self.listen("127.0.0.2", b'{"inHand": 4, "slots": 2}', self.port)
        [answer, other] = self.load("127.0.0.1", "127.0.0.2", "127.0.0.2")
        self.assertEqual(answer, {"inHand": 5, "slots": 4, "replicas": 2})
        self.assertEqual((other, self.asked), (answer, 2), "who asks at the same time is served by one round")

    def test_who_is_gone_does_not_count_and_who_is_silent_is_full(self):
        self.listen("127.0.0.2", b"", self.port, slow=True)
        self.listen("127.0.0.3", b"no JSON", self.port)
        with mock.patch.object(fellows, "ANSWER_SECONDS", 0.1):
            [answer, _] = self.load("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
        self.assertEqual(answer, {"inHand": 1 + 2 + 2, "slots": 6, "replicas": 3})

    def test_it_is_asked_anew_after_a_while(self):
        with mock.patch.object(fellows, "FRESH_SECONDS", 0.05):
            self.load("127.0.0.1", times=3, between=0.1)
        self.assertEqual(self.asked, 3)

    def test_a_name_that_nobody_has(self):
        with self.assertRaises(OSError):
            self.load()


if __name__ == "__main__":
    unittest.main()
