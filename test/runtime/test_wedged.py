"""A worker that stands still: neither its loop nor its main thread comes on, as in a deadlock."""

import http.client
import json
import os
import signal
import tempfile
import unittest

from service import Service, is_alive, wait_until

SCORE = "import os\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    return os.getpid()\n"
TIMEOUT_SECONDS = "5"  # 300 and more in services: as long as init() may take


class Wedged(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.stop)
        app = tempfile.TemporaryDirectory()
        self.addCleanup(app.cleanup)
        with open(os.path.join(app.name, "score.py"), "w", encoding="utf-8") as file:
            file.write(SCORE)
        self.service.desire_azmlinfsrv(app.name, workers=2, environment={"WORKER_TIMEOUT": TIMEOUT_SECONDS})
        self.service.start()
        self.before = self.service.settle()

    def score(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            connection.request("POST", "/score", "1", {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def test_it_is_replaced_and_the_server_stays(self):
        worker = self.score()
        os.kill(worker, signal.SIGSTOP)
        wait_until(lambda: not is_alive(worker), "the end of the worker")
        self.assertNotEqual(self.score(), worker)
        after = self.service.status()
        self.assertEqual((after["state"], after["server"]), ("running", self.before["server"]))
        self.assertIn("WORKER TIMEOUT", self.service.log())


if __name__ == "__main__":
    unittest.main()
