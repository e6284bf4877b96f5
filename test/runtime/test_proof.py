"""Sample requests: how replies are compared, and how they are asked."""

import asyncio
import json
import logging
import os
import tempfile
import unittest

from scorestack_runtime.proof import compare, difference, prove
from scorestack_runtime.request import Reply

NAN, INFINITY = float("nan"), float("inf")


class Difference(unittest.TestCase):
    def same(self, expected, got, tolerance=1e-6):
        self.assertIsNone(difference(expected, got, tolerance))

    def differ(self, expected, got, message, tolerance=1e-6):
        self.assertEqual(difference(expected, got, tolerance), message)

    def test_equal_values(self):
        for value in (None, True, 0, -1.5, "", "text", [], {}, [[1, {"a": [None, False]}]], 10**400):
            self.same(value, json.loads(json.dumps(value)))

    def test_numbers_within_the_tolerance(self):
        self.same(1.0, 1.0 + 9e-7)
        self.same(1000, 1000.0009)
        self.same(0, 9e-7)
        self.same(3, 3.0)
        self.same(1.0, 1.05, tolerance=0.1)
        self.same(INFINITY, INFINITY)

    def test_numbers_beyond_the_tolerance(self):
        self.differ(1.0, 1.1, "$: expected 1.0, got 1.1")
        self.differ(0, 2e-6, "$: expected 0, got 2e-06")
        self.differ(1000.0, 1000.002, "$: expected 1000.0, got 1000.002")
        self.differ(1, 1.0000001, "$: expected 1, got 1.0000001", tolerance=0.0)

    def test_nan_and_infinity_are_no_answers(self):
        for expected, got in ((1.0, NAN), (NAN, 1.0), (NAN, NAN), (1.0, INFINITY), (INFINITY, 1.0), (INFINITY, -INFINITY)):
            self.differ(expected, got, f"$: expected {expected}, got {got}")

    def test_integers_beyond_all_floats(self):
        self.differ(10**400, 10**400 + 1, f"$: expected {10**400}, got {10**400 + 1}")

    def test_kinds_of_values(self):
        self.differ(1, True, "$: expected 1, got true")
        self.differ(False, 0, "$: expected false, got 0")
        self.differ(1, "1", '$: expected 1, got "1"')
        self.differ(None, {}, "$: expected null, got {}")
        self.differ([], {}, "$: expected [], got {}")
        self.differ("a", "b", '$: expected "a", got "b"')

    def test_place_of_a_difference(self):
        self.differ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "$.a[1].b: expected 2, got 3")
        self.differ([[1], [2]], [[1], [2, 3]], "$[1]: expected 1 elements, got 2")
        self.differ([1], [], "$: expected 1 elements, got 0")
        self.differ({"a": 1}, {"b": 1}, "$: expected fields ['a'], got ['b']")


class Compare(unittest.TestCase):
    def test_status(self):
        self.assertIsNone(compare({}, 200, {}, b"anything"))
        self.assertIsNone(compare({"status": 404}, 404, {}, b""))
        self.assertEqual(compare({}, 500, {}, b"why"), "expected status 200, got 500: 'why'")

    def test_long_replies_are_cut_in_messages(self):
        self.assertEqual(compare({}, 500, {}, b"x" * 301), f"expected status 200, got 500: '{'x' * 300}…'")

    def test_headers(self):
        headers = {"Content-Type": "text/plain"}
        self.assertIsNone(compare({"headers": {"content-type": "text/plain"}}, 200, headers, b""))
        problem = compare({"headers": {"X-Id": "1"}}, 200, headers, b"")
        self.assertEqual(problem, "expected header X-Id: 1, got None")

    def test_json(self):
        self.assertIsNone(compare({"json": [1.0]}, 200, {}, b"[1.0000001]"))
        self.assertIsNone(compare({"json": [1.0], "tolerance": 1}, 200, {}, b"[1.9]"))
        self.assertIsNone(compare({"json": None}, 200, {}, b"null"))
        self.assertEqual(compare({"json": [1]}, 200, {}, b"[NaN]"), "$[0]: expected 1, got nan")
        self.assertEqual(compare({"json": 1}, 200, {}, b"one"), "expected JSON, got 'one'")
        self.assertEqual(compare({"json": 1}, 200, {}, b"\xff"), "expected JSON, got '\ufffd'")

    def test_text(self):
        self.assertIsNone(compare({"text": "Grüße"}, 200, {}, "Grüße".encode()))
        self.assertEqual(compare({"text": "a"}, 200, {}, b"ab"), "expected 'a', got 'ab'")
        self.assertIsNone(compare({"contains": "b"}, 200, {}, b"abc"))
        self.assertEqual(compare({"contains": "x"}, 200, {}, b"abc"), "expected a reply that contains 'x', got 'abc'")


class SharedReplies(unittest.TestCase):
    def test_what_the_commands_compare_too(self):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "replies.json"), encoding="utf-8") as file:
            rows = json.load(file)
        self.assertGreater(len(rows), 20)
        for row in rows:
            got = row["got"]
            problem = compare(row["reply"], got["status"], got["headers"], got["body"].encode())
            self.assertEqual(problem, row.get("problem"), row)


class Prove(unittest.TestCase):
    """Samples asked of an application that answers what it was asked."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.asked = []

    def tearDown(self):
        self.folder.cleanup()

    async def ask(self, request):
        query = request.scope["query_string"].decode()
        self.asked.append((request.method, request.path, query, request.fields.get("content-type", ""), request.body))
        if request.body == b"fail":
            logging.getLogger("azmlinfsrv").error("the cause")
            return Reply.message(500, "failed")
        return Reply(200, [("Content-Type", "text/plain")], request.body)

    def prove(self, **samples):
        for name, sample in samples.items():
            with open(os.path.join(self.folder.name, f"{name}.json"), "w", encoding="utf-8") as file:
                json.dump(sample, file)
        return asyncio.run(prove(self.ask, self.folder.name))

    def test_defaults(self):
        self.assertEqual(self.prove(json={"request": {"json": {"a": 1}}, "reply": {"json": {"a": 1}}}), [])
        self.assertEqual(self.asked, [("POST", "/score", "", "application/json", b'{"a": 1}')])

    def test_order_and_files_that_are_no_samples(self):
        with open(os.path.join(self.folder.name, "image.png"), "wb") as file:
            file.write(b"\x89PNG")
        sample = {"request": {"bodyFile": "image.png"}, "reply": {}}
        self.assertEqual(self.prove(b={"request": {"text": "2"}}, a=sample), [])
        self.assertEqual([body for *_, body in self.asked], [b"\x89PNG", b"2"])

    def test_method_path_and_headers(self):
        request = {"method": "GET", "path": "/score?a=1", "headers": {"Content-Type": "text/csv"}}
        self.assertEqual(self.prove(get={"request": request, "reply": {"text": ""}}), [])
        self.assertEqual(self.asked, [("GET", "/score", "a=1", "text/csv", b"")])

    def test_content_type_of_json_can_be_said(self):
        request = {"json": 1, "headers": {"content-type": "application/x+json"}}
        self.prove(json={"request": request})
        self.assertEqual(self.asked[0][3], "application/x+json")

    def test_every_failure_is_told(self):
        failures = self.prove(
            a={"request": {"text": "x"}, "reply": {"text": "y"}},
            b={"request": {"text": "x"}, "reply": {"text": "x"}},
            c={"request": {"text": "fail"}},
        )
        expected = {"sample": "a.json", "problem": "expected 'y', got 'x'", "log": ""}
        failed = {"problem": "expected status 200, got 500: '{\"message\": \"failed\"}'", "log": "the cause"}
        self.assertEqual(failures, [expected, {"sample": "c.json", **failed}])


if __name__ == "__main__":
    unittest.main()
