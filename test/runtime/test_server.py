"""The supervisor with the real `azmlinfsrv` and its gunicorn hooks: starts that fail, swaps, and ends of all kinds."""

import glob
import http.client
import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest

from service import Service, is_alive, wait_until

GOOD = """
import hashlib, json, os, re, subprocess, time

def init():
    pass

def run(data):
    return ACTIONS[json.loads(data)["do"]]()

def child():
    return subprocess.Popen(["sleep", "600"]).pid

ACTIONS = {
    "name": lambda: NAME,
    "pid": os.getpid,
    "child": child,
    "compute": lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", 8_000_000) and NAME,
    "hold the GIL": lambda: re.match("(a+)+$", "a" * 40 + "b"),
}
"""

BAD = {
    "import": "import no_such_module\n",
    "raise": "def init():\n    raise ValueError('bad model')\n\ndef run(data):\n    pass\n",
    "end": "import os\n\ndef init():\n    os._exit(0)\n\ndef run(data):\n    pass\n",
    "hang": "import time\n\ndef init():\n    time.sleep(600)\n\ndef run(data):\n    pass\n",
}

WRONG = """
import sys

def init():
    pass

def run(data):
    return {"answer": lambda: 2, "fail": lambda: {}["no such field"], "exit": lambda: sys.exit(0), "right": lambda: 1}[data]()
"""

SLOW_SECOND_WORKER = """
import os, time

def init():
    try:
        os.close(os.open("first", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        while not os.path.exists("go on"):
            time.sleep(0.01)

def run(data):
    return "new"
"""


class RealServer(unittest.TestCase):
    """One service for all tests, as a start takes a while; each finds it running, whatever is in it."""

    @classmethod
    def setUpClass(cls):
        cls.service, cls.apps = Service(), tempfile.TemporaryDirectory()
        cls.desire_good("first")
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.apps.cleanup()

    def setUp(self):
        self.before = self.service.settle()
        self.assertEqual(self.before["state"], "running", self.before)

    @classmethod
    def desire(cls, text, name="bad", samples=None, **changes):
        app = os.path.join(cls.apps.name, name)
        os.makedirs(os.path.join(app, "samples"), exist_ok=True)
        write(os.path.join(app, "score.py"), text)
        for sample, content in (samples or {}).items():
            write(os.path.join(app, "samples", f"{sample}.json"), json.dumps(content))
        environment = {"SCORESTACK_SAMPLES_DIR": os.path.join(app, "samples")}
        return cls.service.desire_azmlinfsrv(app, environment=environment, **changes)

    @classmethod
    def desire_good(cls, name):
        sample = {"request": {"json": {"do": "name"}}, "reply": {"json": name}}
        return cls.desire(f"{GOOD}\nNAME = {name!r}\n", name, {"name": sample})

    def swap_to(self, name):
        self.desire_good(name)
        self.assertEqual(self.service.settle()["state"], "running")
        self.assertEqual({self.score("name") for _ in range(20)}, {name})

    def fails(self, text, **changes):
        """A start fails beside the server that answers, which goes on; returns the failure."""
        name, failed = self.score("name"), self.desire(text, **changes)
        status = self.service.settle()
        server = (status["state"], status["server"], status["candidate"])
        self.assertEqual(server, ("running", self.before["server"], None))
        self.assertEqual(status["failure"]["serial"], failed)
        self.assertEqual(self.score("name"), name)
        return status["failure"]

    def score(self, do):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            return score_over(connection, do)
        finally:
            connection.close()

    def test_starts_that_fail(self):
        ended = "the server ended before it was ready (exit code 3)"
        expected = {
            "import": (ended, 'score.py", line 1, in <module>'),
            "raise": (ended, 'score.py", line 2, in init'),
            "end": (ended, "a worker ended before it was ready"),
            "hang": ("the server was not ready after 4 s", "Starting gunicorn"),
        }
        for name, (problem, line) in expected.items():
            with self.subTest(name):
                changes = {"startTimeoutSeconds": 4} if name == "hang" else {}
                failure = self.fails(BAD[name], **changes)
                self.assertEqual((failure["problem"], failure["boot"]), (problem, None))
                self.assertIn(line, "\n".join(failure["log"]))

    def test_samples_that_are_answered_wrongly(self):
        ways = ("answer", "exit", "fail", "right")
        samples = {way: {"request": {"text": way}, "reply": {"json": 1}} for way in ways}
        failures = self.fails(WRONG, samples=samples)["boot"]["failures"]
        self.assertEqual([failure["sample"] for failure in failures], ["answer.json", "exit.json", "fail.json"])
        answer, exit, fail = failures
        self.assertEqual((answer["problem"], answer["log"]), ("$: expected 1, got 2", ""))
        for failure in (exit, fail):
            self.assertTrue(failure["problem"].startswith("expected status 200, got 500: "), failure)
            self.assertIn('score.py", line 8, in <lambda>', failure["log"])

    def test_no_worker_answers_before_all_are_ready(self):
        name, revision = self.score("name"), self.desire(SLOW_SECOND_WORKER, "slow", workers=2)
        wait_until(lambda: self.ready_workers(revision) == 1, "a ready worker")
        self.assertEqual({self.score("name") for _ in range(40)}, {name})
        write(os.path.join(self.apps.name, "slow", "go on"), "")
        self.assertEqual(self.service.settle()["state"], "running")
        self.assertEqual({self.score("name") for _ in range(40)}, {"new"})
        self.swap_to("again")

    def ready_workers(self, revision):
        reports = os.path.join(self.service.folder, "reports", f"{revision}-*", "ready-*")
        return len(glob.glob(reports))

    def test_no_request_is_lost_in_swaps(self):
        answers, problems, over = set(), [], threading.Event()

        def load(keeps):
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
            while not over.is_set():
                try:
                    answers.add(score_over(connection, "name"))
                except Exception as problem:
                    problems.append(problem)
                    connection.close()
                if not keeps:
                    connection.close()

        name, threads = self.score("name"), [threading.Thread(target=load, args=(keeps,)) for keeps in (False, True) * 2]
        for thread in threads:
            thread.start()
        self.swap_to("second")
        self.swap_to("third")
        over.set()
        for thread in threads:
            thread.join()
        self.assertEqual((problems, answers), ([], {name, "second", "third"}))

    def test_a_run_that_holds_on_does_not_hold_up_the_swap(self):
        name, old = self.score("name"), []
        thread = threading.Thread(target=lambda: old.append(self.score("compute")))
        thread.start()
        time.sleep(0.2)
        self.swap_to("fourth")
        thread.join()
        self.assertEqual(old, [name])

    def test_only_this_machine_is_listened_to(self):
        if sys.platform != "linux":
            self.skipTest("reads /proc/net")
        addresses = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table, encoding="utf-8") as file:
                rows = [line.split() for line in file.readlines()[1:]]
            addresses |= {row[1].split(":")[0] for row in rows if row[1].endswith(f":{self.service.port:04X}") and row[3] == "0A"}
        self.assertEqual(addresses, {"0100007F"})

    def test_a_worker_that_is_killed_is_replaced_by_the_server(self):
        worker = self.score("pid")
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not is_alive(worker))
        self.assertNotEqual(self.score("pid"), worker)
        self.assertEqual(self.service.status(), self.before)

    def test_a_server_that_is_killed_is_brought_back(self):
        worker, restarts = self.score("pid"), self.before["restarts"]
        os.kill(self.before["server"]["pid"], signal.SIGKILL)
        wait_until(lambda: not is_alive(worker))
        self.assertNotEqual(self.score("pid"), worker)
        again = self.service.wait("a restart", lambda status: status["restarts"] > restarts and status["server"])
        self.assertEqual((again["restarts"], again["failure"]), (restarts + 1, None))

    def test_an_end_leaves_no_process(self):
        processes = [self.before["server"]["pid"], self.score("pid"), self.score("child")]
        self.service.supervisor.terminate()
        self.assertEqual(self.service.supervisor.wait(), 0)
        self.assertEqual([pid for pid in processes if is_alive(pid)], [])
        self.service.start()

    def test_a_supervisor_that_is_killed_takes_its_server_along(self):
        processes = [self.before["server"]["pid"], self.score("pid")]
        thread = threading.Thread(target=lambda: self.assertRaises(OSError, self.score, "hold the GIL"))
        thread.start()
        time.sleep(0.3)
        self.service.supervisor.kill()
        self.service.supervisor.wait()
        # The next one does not have to wait for the port.
        next_pid = self.service.start().pid
        self.service.wait("the next server", lambda status: status["server"] and status["pid"] == next_pid)
        wait_until(lambda: not any(is_alive(pid) for pid in processes))
        thread.join()
        self.assertNotIn(self.score("pid"), processes)


def score_over(connection, do):
    connection.request("POST", "/score", json.dumps({"do": do}))
    return json.loads(connection.getresponse().read())


def write(file, text):
    with open(file, "w", encoding="utf-8") as opened:
        opened.write(text)


if __name__ == "__main__":
    unittest.main()
