"""Secret environment variables on their way from the provider to a server."""

import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

from service import PROJECT, Service, wait_until

sys.path.insert(0, os.path.join(PROJECT, "provider", "supervisor"))
from secret_channel import Hider  # noqa: E402

CANARY = "canary-7f3a91c2"


class Secrets(unittest.TestCase):
    def setUp(self):
        self.service = Service(SECRETS_SECONDS=2)
        self.addCleanup(self.service.stop)

    @property
    def fifo(self):
        return os.path.join(self.service.folder, "secrets.fifo")

    def give(self, digest, values):
        wait_until(lambda: os.path.exists(self.fifo), "the FIFO")
        with open(self.fifo, "w", encoding="utf-8") as fifo:
            fifo.write("\n" + json.dumps({"digest": digest, "values": values}) + "\n")

    def up(self, value=CANARY):
        self.service.desire("a", secrets={"names": ["TOKEN"], "salt": "", "digest": "1"})
        self.service.start()
        self.give("1", {"TOKEN": value})
        return self.service.settle()

    def test_the_server_has_them_and_nobody_sees_them(self):
        status = self.up()
        self.assertEqual(self.service.ask()["token"], CANARY)
        self.assertEqual(stat.S_IMODE(os.stat(self.fifo).st_mode), 0o600)
        for pid in (status["pid"], status["server"]["pid"]) if sys.platform == "linux" else ():
            for name in ("environ", "cmdline"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    self.assertNotIn(CANARY.encode(), file.read())
        for folder, _, files in os.walk(self.service.folder):
            for name in (name for name in files if name != "secrets.fifo"):
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(CANARY.encode(), file.read())
        self.assertIn("it was given [secret]", self.service.log())

    def test_a_server_that_crashed_gets_them_again(self):
        before = self.up()
        os.kill(before["server"]["pid"], 9)
        self.service.wait("a restart", lambda status: status["restarts"] == 1 and status["state"] == "running")
        self.assertEqual(self.service.ask()["token"], CANARY)

    def test_a_longer_one_than_a_pipe_holds(self):
        self.up("x" * 300_000)
        self.assertEqual(len(self.service.ask()["token"]), 300_000)

    def test_without_them_the_candidate_fails_and_the_server_goes_on(self):
        self.up()
        self.service.desire("b", secrets={"names": ["OTHER", "TOKEN"], "salt": "", "digest": "2"})
        status = self.service.settle()
        self.assertEqual((status["state"], status["revision"]), ("running", 1))
        self.assertEqual(status["failure"]["problem"], "secret environment variables were not given: OTHER, TOKEN")
        self.assertEqual(self.service.ask()["token"], CANARY)

    def test_what_a_killed_writer_left_does_no_harm(self):
        self.service.desire("a", secrets={"names": ["TOKEN"], "salt": "", "digest": "1"})
        self.service.start()
        wait_until(lambda: os.path.exists(self.fifo), "the FIFO")
        with open(self.fifo, "w", encoding="utf-8") as fifo:
            fifo.write('\n{"digest": "1", "values": {"TOK')
        self.give("1", {"TOKEN": CANARY})
        self.service.settle()
        self.assertEqual(self.service.ask()["token"], CANARY)

    def test_lines_of_long_values_are_hidden_and_short_ones_are_not(self):
        hider = Hider({"KEY": "-----BEGIN\nabcdef\n-----END", "PIN": "123"})
        said = {"log": ["of abcdef, 123", 7, None]}
        self.assertEqual(hider.hide(said), {"log": ["of [secret], 123", 7, None]})

    def test_a_configuration_that_is_read_again_finds_them_taken(self):
        script = (
            "import os, sys; sys.path.insert(0, sys.argv[1]); from secret_variables import take_secret_variables as take;"
            "take(); take(); print(os.environ['TOKEN'], 'SCORESTACK_SECRETS_FD' in os.environ)"
        )
        with tempfile.TemporaryFile() as pipe:
            pipe.write(b'{"TOKEN": "t"}')
            pipe.seek(0)
            said = subprocess.run(
                [sys.executable, "-S", "-c", script, os.path.join(PROJECT, "runtime")],
                env={"SCORESTACK_SECRETS_FD": str(pipe.fileno())},
                pass_fds=[pipe.fileno()],
                capture_output=True,
                text=True,
            )
        self.assertEqual(said.stdout, "t False\n", said.stderr)
