"""Concurrent requests in one call of run()."""

import asyncio
import json
import unittest

from scorestack_runtime.batching import Batching, rows_in
from scorestack_runtime.request import Reply, Request
from scorestack_runtime.scoring import ScoreWork
from scorestack_runtime.turns import Turns
from serving import Serving


class FakeScorer:
    """Doubles each row; knows how often it was called, and with how many rows."""

    globals = {"batch_rows": True}

    def __init__(self):
        self.calls = []

    @staticmethod
    def run_function(data):
        pass

    def rows_of(self, request):
        return rows_in(json.loads(request.body))

    def run_rows(self, rows):
        self.calls.append(len(rows["data"]))
        if "bad" in rows["data"]:
            raise ValueError("a bad row")
        return [row * 2 for row in rows["data"]][: None if "short" not in rows["data"] else 1], 1.0

    def score(self, request):
        rows = json.loads(request.body)["data"]
        self.calls.append(f"alone {len(rows)}")
        return self.reply("refused" if "bad" in rows else [row * 2 for row in rows], 1.0)

    def reply(self, output, elapsed_ms):
        return Reply(200, [], json.dumps(output).encode())


class Batches(Serving):
    def score(self, *bodies, size=4, latency=0.2):
        """The replies to bodies that come at once."""
        self.scorer = FakeScorer()
        self.turns = Turns(5, 5, Batching(self.scorer, size, latency))

        def take(body):
            request = Request.of("POST", "/score", {}, json.dumps(body).encode())
            return lambda: self.turns.take(ScoreWork(self.scorer, request))

        return [json.loads(reply.body) for reply in self.serve(self.turns, *map(take, bodies))]

    def test_one_call_for_as_many_as_fit(self):
        replies = self.score(*({"data": [number, number + 1]} for number in range(6)))
        self.assertEqual(replies, [[2 * number, 2 * number + 2] for number in range(6)])
        self.assertEqual(self.scorer.calls, [8, 4])

    def test_one_request_is_scored_alone_and_does_not_wait_for_ever(self):
        self.assertEqual(self.score({"data": [1]}, latency=0.01), [[2]])
        self.assertEqual(self.scorer.calls, ["alone 1"])

    def test_a_bad_request_fails_alone(self):
        self.assertEqual(self.score({"data": [1]}, {"data": ["bad"]}, {"data": [2]}), [[2], "refused", [4]])
        self.assertEqual(self.scorer.calls, [3, "alone 1", "alone 1", "alone 1"])

    def test_what_is_no_list_of_rows_is_scored_alone(self):
        replies = self.score({"data": [1]}, {"data": [2], "more": []}, {"data": [3]})
        self.assertEqual(replies, [[2], [4], [6]])
        self.assertEqual(self.scorer.calls, ["alone 1"] * 3)

    def test_a_result_with_too_few_rows_is_not_shared_out(self):
        with self.assertLogs("azmlinfsrv", "WARNING"):
            self.assertEqual(self.score({"data": ["short"]}, {"data": [2]}), [["shortshort"], [4]])

    def test_other_work_ends_a_batch(self):
        self.scorer = FakeScorer()
        turns = Turns(5, 5, Batching(self.scorer, 4, 5))
        request = Request.of("POST", "/score", {}, b'{"data": [1]}')

        async def both():
            score = asyncio.ensure_future(turns.take(ScoreWork(self.scorer, request)))
            await asyncio.sleep(0)
            return await asyncio.gather(turns.take(lambda: "other"), score)

        [[other, reply]] = self.serve(turns, both)
        self.assertEqual((other, reply.body), ("other", b"[2]"))

    def test_an_end_during_a_batch_is_heeded(self):
        self.assertEqual(len(self.score({"data": [1]}, {"data": [2]}, latency=0.5)), 2)


class Refusals(unittest.TestCase):
    def test_a_scorer_has_to_say_that_it_can(self):
        class Silent(FakeScorer):
            globals = {}

        for scorer in (Silent(), None):
            with self.assertRaisesRegex(ValueError, "'maxBatchSize' needs a scorer .* got 8; write 'batch_rows = True'"):
                Batching(scorer, 8, 0)

    def test_headers_belong_to_one_request(self):
        class WithHeaders(FakeScorer):
            @staticmethod
            def run_function(data, request_headers):
                pass

        with self.assertRaisesRegex(ValueError, "without 'request_headers'"):
            Batching(WithHeaders(), 8, 0)


if __name__ == "__main__":
    unittest.main()
