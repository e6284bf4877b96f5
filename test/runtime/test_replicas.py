"""A replica as Kubernetes runs it, with two processes of the real `azmlinfsrv`: what it has in hand, and whom it refuses."""

import http.client
import json
import os
import signal
import tempfile
import threading
import time
import unittest

from service import Service, wait_until

SCRIPT = """
import os, time

def init():
    pass

def run(seconds):
    time.sleep(float(seconds))
    return os.getpid()
"""


class Replica(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service, cls.app = Service(), tempfile.TemporaryDirectory()
        with open(os.path.join(cls.app.name, "score.py"), "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        environment = {
            "SCORESTACK_TELLS_LOAD": "true",
            "SCORESTACK_REPLICAS": f"localhost:{cls.service.port}",
            "SCORESTACK_MAX_WAIT_MS": "1500",
            "WORKER_COUNT": "2",
        }
        cls.service.desire_azmlinfsrv(cls.app.name, workers=2, environment=environment)
        cls.service.start()
        status = cls.service.settle()
        assert status["state"] == "running", status

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.app.cleanup()

    def ask(self, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            connection.request("GET" if body is None else "POST", path, body)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Retry-After"), answer.read().decode()
        finally:
            connection.close()

    def load(self, path="/load/all"):
        return json.loads(self.ask(path)[2])

    def metrics(self):
        lines = (line for line in self.ask("/metrics")[2].split("\n") if line and not line.startswith("#"))
        return {name: int(count) for name, count in (line.rsplit(" ", 1) for line in lines)}

    def score_at_once(self, count, seconds):
        """What each is answered, and after how long; known once the threads have ended."""
        answers = []

        def score():
            started = time.monotonic()
            try:
                status, retry, body = self.ask("/score", str(seconds))
            except (OSError, http.client.HTTPException):
                return  # of a process that is killed
            answers.append((status, retry, body, time.monotonic() - started))

        threads = [threading.Thread(target=score) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads, answers

    def test_who_waits_too_long_is_refused_and_all_are_counted_over_both_processes(self):
        before, nothing = self.metrics(), {"inHand": 0, "slots": 2, "replicas": 1}
        self.assertEqual(self.load(), nothing)
        threads, answers = self.score_at_once(8, 3)
        wait_until(lambda: self.load()["inHand"] == 8, "8 requests in hand")
        self.assertEqual(self.load("/load"), {"inHand": 8, "slots": 2})
        for thread in threads:
            thread.join()
        refused = [answer for answer in answers if answer[0] != 200]
        self.assertEqual({(status, retry) for status, retry, _, _ in refused}, {(503, "1")})
        self.assertGreaterEqual(len(refused), 6)
        self.assertTrue(all(1.5 <= seconds < 2.5 for _, _, _, seconds in refused), refused)
        wait_until(lambda: self.load() == nothing, "none in hand")
        after = self.metrics()
        grown = {name: after[name] - count for name, count in before.items() if after[name] != count}
        expected = {'scorestack_responses_total{status="5xx"}': len(refused)}
        self.assertEqual(grown, {**expected, 'scorestack_responses_total{status="2xx"}': 8 - len(refused)})

    def test_what_a_killed_process_had_in_hand_is_forgotten(self):
        pid = int(self.ask("/score", "0")[2])
        answered = self.metrics()['scorestack_responses_total{status="2xx"}']
        threads, _ = self.score_at_once(6, 3)
        wait_until(lambda: self.load()["inHand"] == 6, "6 requests in hand")
        os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
        wait_until(lambda: self.load("/load")["inHand"] == 0, "none in hand")
        self.assertGreaterEqual(self.metrics()['scorestack_responses_total{status="2xx"}'], answered)


if __name__ == "__main__":
    unittest.main()
