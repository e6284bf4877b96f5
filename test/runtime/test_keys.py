"""Keys of a service, and requests that need one."""

import hashlib
import json
import os
import tempfile
import unittest

from scorestack_runtime.keys import Keys
from serving import Asking, echo


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
            with self.assertLogs("azmlinfsrv", "ERROR"):
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
        self.assertEqual(self.ask_one(front, body=b"x", authorization="Bearer one")["status"], 200)
        refused = self.ask_one(front, body=b"x", authorization="Bearer three")
        self.assertEqual(self.message(refused), (401, "The key is not valid."))
        self.assertEqual(refused["headers"]["www-authenticate"], "Bearer")
        self.assertIn("x-request-id", refused["headers"])
        statuses = [self.ask_one(front, method="GET", path=path)["status"] for path in ("/", "/version", "/swagger.json")]
        self.assertEqual(statuses, [200, 200, 401])

    def test_options_without_a_key_stay_away_from_the_scorer(self):
        front = self.front(echo, keys_file=self.file)
        answer = self.ask_one(front, method="OPTIONS", body=b"score me")
        self.assertEqual((answer["status"], answer["body"]), (200, b""))
        self.assertNotEqual(answer["headers"]["x-thread"], "MainThread")


if __name__ == "__main__":
    unittest.main()
