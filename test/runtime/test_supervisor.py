"""One service's supervisor, with a stand-in for the server: take-over, failures, crashes, ends."""

import os
import signal
import socket
import threading
import time
import unittest

from service import Service, ask, free_port, is_alive, wait_until


class WithService(unittest.TestCase):
    constants = {}

    def setUp(self):
        self.service = Service(**self.constants)
        self.addCleanup(self.service.stop)

    def assertRefused(self, port):
        with self.assertRaises(ConnectionRefusedError):
            ask(port)


class TakingOver(WithService):
    def test_the_first_server(self):
        status = self.service.up("a")
        self.assertEqual((status["state"], status["serial"], status["revision"]), ("running", 1, 1))
        self.assertEqual((status["candidate"], status["failure"], status["restarts"]), (None, None, 0))
        self.assertEqual(status["pid"], self.service.supervisor.pid)
        self.assertEqual(self.service.ask()["pid"], status["server"]["pid"])

    def test_nobody_answers_before_the_first_server_is_there(self):
        self.service.desire("a", "slow")
        self.service.start()
        status = self.service.wait("a candidate", lambda status: status["candidate"])
        self.assertEqual((status["state"], status["serial"], status["server"]), ("starting", 0, None))
        self.assertRefused(self.service.port)
        self.service.touch("go on")
        self.assertEqual(self.service.settle()["state"], "running")

    def test_no_request_is_lost_in_swaps(self):
        self.service.up("0")
        answers, problems, swapped = set(), [], threading.Event()

        def load():
            while not swapped.is_set():
                try:
                    answers.add(self.service.ask()["name"])
                except Exception as problem:
                    problems.append(problem)

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        pids = [self.service.status()["server"]["pid"]]
        for swap in range(1, 6):
            self.service.desire(str(swap))
            pids.append(self.service.settle()["server"]["pid"])
            wait_until(lambda swap=swap: str(swap) in answers)
        swapped.set()
        for thread in threads:
            thread.join()
        self.assertEqual((problems, answers), ([], set("012345")))
        self.assertEqual(len(set(pids)), 6)
        wait_until(lambda: not any(is_alive(pid) for pid in pids[:-1]))

    def test_the_old_server_answers_what_it_has_begun(self):
        self.service.up("a")
        answer = []
        thread = threading.Thread(target=lambda: answer.append(self.service.ask("/slow")["name"]))
        thread.start()
        time.sleep(0.1)
        self.service.desire("b")
        self.service.settle()
        self.assertEqual(self.service.ask()["name"], "b")
        thread.join()
        self.assertEqual(answer, ["a"])

    def test_a_server_that_does_not_drain_is_killed(self):
        old = self.service.up("a", "stubborn", drainSeconds=0.2)["server"]["pid"]
        self.service.desire("b")
        self.service.settle()
        wait_until(lambda: not is_alive(old))
        self.assertIn(f"server {old} did not end by itself", self.service.log())

    def test_what_a_server_started_lives_until_it_has_drained(self):
        self.service.up("a", "child")
        answer = []
        thread = threading.Thread(target=lambda: answer.append(self.service.ask("/slow")))
        thread.start()
        time.sleep(0.1)
        self.service.desire("b")
        self.service.settle()
        thread.join()
        self.assertTrue(answer[0]["childLives"])
        wait_until(lambda: not is_alive(answer[0]["child"]))

    def test_another_port(self):
        self.service.up("a")
        old, self.service.port = self.service.port, free_port()
        self.service.desire("b")
        self.service.settle()
        self.assertEqual(self.service.ask()["name"], "b")
        wait_until(lambda: not self.answers(old))
        self.assertRefused(old)

    def answers(self, port):
        try:
            return bool(ask(port))
        except OSError:
            return False

    def test_the_same_port_again(self):
        self.service.up("a")
        for _ in range(3):
            self.service.supervisor.send_signal(signal.SIGTERM)
            self.service.supervisor.wait()
            self.service.start()
            self.assertEqual(self.service.settle()["state"], "running")
        self.assertEqual(self.service.ask()["name"], "a")

    def test_a_signal_is_not_needed_but_hurries(self):
        self.service.up("a")
        self.service.desire("b")
        self.service.supervisor.send_signal(signal.SIGHUP)
        self.assertEqual(self.service.settle()["state"], "running")


class FailedCandidates(WithService):
    def fails(self, *ways, **changes):
        """A candidate fails beside a server that goes on; returns the failure."""
        before = self.service.up("good")
        failed = self.service.desire("bad", *ways, **changes)
        status = self.service.settle()
        self.assertEqual((status["state"], status["revision"], status["server"]), ("running", 1, before["server"]))
        self.assertEqual((status["candidate"], status["restarts"]), (None, 0))
        self.assertEqual((status["failure"]["serial"], status["failure"]["revision"]), (failed, failed))
        self.assertEqual(self.service.ask()["name"], "good")
        return status["failure"]

    def test_exit(self):
        failure = self.fails("exit")
        self.assertEqual(failure["problem"], "the server ended before it was ready (exit code 1)")
        self.assertEqual(failure["log"], ["bad starts", "it exits"])

    def test_hang_past_the_deadline(self):
        failure = self.fails("hang", startTimeoutSeconds=0.5)
        self.assertEqual(failure["problem"], "the server was not ready after 0.5 s")
        self.assertEqual(failure["log"], ["bad starts"])

    def test_too_few_workers(self):
        failure = self.fails(workers=2, startTimeoutSeconds=0.5)
        self.assertEqual(failure["problem"], "the server was not ready after 0.5 s")

    def test_no_such_program(self):
        failure = self.fails(argv=["/no/such/python", "x"])
        self.assertEqual(failure["problem"], "the server ended before it was ready (exit code 127)")
        self.assertIn("/no/such/python", failure["log"][0])

    def test_no_such_folder(self):
        port = free_port()
        failure = self.fails(cwd="/no/such/folder", port=port)
        self.assertTrue(can_bind(port))
        self.assertIn("the server could not be started: ", failure["problem"])
        self.assertIn("/no/such/folder", failure["problem"])

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            failure = self.fails(port=port)
        self.assertEqual(
            failure["problem"], f"the server could not be started: [Errno 98] port {port}: Address already in use"
        )

    def test_the_next_one_may_succeed(self):
        self.fails("exit")
        self.service.desire("better")
        status = self.service.settle()
        self.assertEqual((status["revision"], status["failure"]), (3, None))
        self.assertEqual(self.service.ask()["name"], "better")

    def test_a_first_server_that_fails(self):
        status = self.service.up("bad", "exit")
        self.assertEqual((status["state"], status["server"], status["revision"]), ("failed", None, 0))
        self.assertRefused(self.service.port)
        self.service.desire("good")
        self.assertEqual(self.service.settle()["state"], "running")
        self.assertEqual(self.service.ask()["name"], "good")

    def test_a_port_that_is_lost_and_found(self):
        self.service.up("bad", "exit")
        self.service.port = free_port()
        self.service.desire("good")
        self.assertEqual(self.service.settle()["state"], "running")
        self.assertEqual(self.service.ask()["name"], "good")


class WhileACandidateStarts(WithService):
    constants = {"BACKOFF_SECONDS": 0.05}

    def start_slowly(self, *ways):
        self.service.up("old", *ways)
        self.service.desire("slow", "slow")
        return self.service.wait("a candidate", lambda status: status["candidate"])

    def test_status_tells_of_both(self):
        status = self.start_slowly()
        self.assertEqual((status["state"], status["serial"], status["revision"]), ("running", 1, 1))
        self.assertEqual((status["candidate"]["serial"], status["candidate"]["revision"]), (2, 2))
        self.assertEqual(self.service.ask()["name"], "old")

    def test_the_old_server_is_brought_back_when_it_crashes(self):
        status = self.start_slowly()
        os.kill(status["server"]["pid"], signal.SIGKILL)
        again = self.service.wait("a restart", lambda status: status["restarts"] == 1 and status["server"])
        self.assertEqual((again["state"], again["serial"], again["revision"]), ("running", 1, 1))
        self.assertEqual(again["candidate"], status["candidate"])
        self.assertEqual(self.service.ask()["name"], "old")
        self.service.touch("go on")
        self.assertEqual(self.service.settle()["revision"], 2)
        self.assertEqual(self.service.ask()["name"], "slow")

    def test_it_takes_over_from_one_that_is_being_brought_back(self):
        status = self.start_slowly("fragile")
        self.service.wait("a crash", lambda status: status["state"] == "restarting")
        self.service.touch("go on")
        taken = self.service.settle()
        self.assertEqual((taken["state"], taken["failure"], taken["restarts"]), ("running", None, 0))
        self.assertEqual(taken["server"]["pid"], status["candidate"]["pid"])
        time.sleep(0.5)
        self.assertEqual(self.service.status(), taken)

    def test_a_newer_one_takes_its_place(self):
        slow = self.start_slowly()["candidate"]["pid"]
        self.service.desire("newer")
        self.assertEqual(self.service.settle()["revision"], 3)
        self.assertEqual(self.service.ask()["name"], "newer")
        wait_until(lambda: not is_alive(slow))

    def test_it_is_withdrawn_when_the_old_one_is_wanted_again(self):
        status = self.start_slowly()
        self.service.desire("old", revision=1)
        back = self.service.settle()
        self.assertEqual((back["revision"], back["server"], back["candidate"]), (1, status["server"], None))
        wait_until(lambda: not is_alive(status["candidate"]["pid"]))
        self.service.touch("go on")
        time.sleep(0.3)
        self.assertEqual(self.service.status(), back)

    def test_it_lets_go_of_another_port_when_it_is_withdrawn(self):
        self.service.up("old")
        port = free_port()
        self.service.desire("slow", "slow", port=port)
        self.service.wait("a candidate", lambda status: status["candidate"])
        self.service.desire("newer")
        self.service.settle()
        wait_until(lambda: can_bind(port))

    def test_what_cannot_be_read_changes_nothing(self):
        status = self.start_slowly()
        self.service.write('{"serial": 9')
        time.sleep(0.3)
        self.assertEqual(self.service.status(), status)

    def test_an_end_ends_both(self):
        status = self.start_slowly()
        started = time.monotonic()
        self.service.supervisor.terminate()
        self.assertEqual(self.service.supervisor.wait(), 0)
        self.assertLess(time.monotonic() - started, 4)
        self.assertEqual([is_alive(status[one]["pid"]) for one in ("server", "candidate")], [False, False])
        self.assertIsNone(self.service.status())


def can_bind(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


class Crashes(WithService):
    constants = {"BACKOFF_SECONDS": 0.02, "MAX_RESTARTS": 3}

    def crash(self):
        with self.assertRaises(Exception):
            self.service.ask("/crash")

    def test_the_server_is_brought_back(self):
        before = self.service.up("a")
        self.crash()
        status = self.service.wait("a restart", lambda status: status["restarts"] == 1 and status["server"])
        self.assertEqual((status["state"], status["serial"], status["failure"]), ("running", 1, None))
        self.assertNotEqual(status["server"]["pid"], before["server"]["pid"])
        self.assertEqual(self.service.ask()["name"], "a")
        self.assertIn("the server ended by itself (exit code 9)", self.service.log())

    def test_requests_wait_for_it(self):
        self.service.up("a")
        for _ in range(3):
            self.crash()
            self.assertEqual(self.service.ask()["name"], "a")

    def test_what_it_left_behind_is_ended(self):
        self.service.up("a", "child")
        child = self.service.ask()["child"]
        self.crash()
        wait_until(lambda: not is_alive(child))

    def test_giving_up_and_beginning_anew(self):
        self.service.up("a", "fragile")
        status = self.service.wait("giving up", lambda status: status["state"] == "failed")
        self.assertEqual((status["restarts"], status["server"]), (3, None))
        expected = "the server ended by itself (exit code 1); given up after 3 restarts in a row"
        self.assertEqual(status["failure"]["problem"], expected)
        self.assertEqual(status["failure"]["log"][-1], "it is fragile")
        self.assertRefused(self.service.port)
        self.service.desire("b")
        status = self.service.settle()
        self.assertEqual((status["state"], status["restarts"], status["failure"]), ("running", 0, None))
        self.assertEqual(self.service.ask()["name"], "b")


class BackOff(WithService):
    constants = {"BACKOFF_SECONDS": 0.2, "MAX_RESTARTS": 3}

    def test_it_doubles(self):
        self.service.up("a", "fragile")
        moments = [time.monotonic()]
        for restarts in (1, 2, 3):
            self.service.wait("a restart", lambda status, restarts=restarts: status["restarts"] == restarts)
            moments.append(time.monotonic())
        waits = [after - before for before, after in zip(moments, moments[1:])]
        self.assertGreater(waits[1], 0.4)
        self.assertGreater(waits[2], 0.8)


class Steady(WithService):
    constants = {"BACKOFF_SECONDS": 1000, "STEADY_SECONDS": 0.1}

    def test_a_server_that_ran_long_is_brought_back_at_once(self):
        self.service.up("a")
        time.sleep(0.2)
        with self.assertRaises(Exception):
            self.service.ask("/crash")
        self.assertEqual(self.service.ask()["name"], "a")


class Ends(WithService):
    def test_no_process_and_no_status_is_left(self):
        self.service.up("a", "child")
        answer = self.service.ask()
        self.service.supervisor.terminate()
        self.assertEqual(self.service.supervisor.wait(), 0)
        self.assertEqual([is_alive(answer[one]) for one in ("pid", "child")], [False, False])
        self.assertIsNone(self.service.status())
        self.assertRefused(self.service.port)

    def test_what_has_begun_is_answered(self):
        self.service.up("a")
        answer = []
        thread = threading.Thread(target=lambda: answer.append(self.service.ask("/slow")["name"]))
        thread.start()
        time.sleep(0.1)
        self.service.supervisor.terminate()
        self.service.supervisor.wait()
        thread.join()
        self.assertEqual(answer, ["a"])

    def test_a_terminal_that_closes_or_interrupts_does_not_end_it(self):
        status = self.service.up("a")
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGINT):
            self.service.supervisor.send_signal(number)
        time.sleep(0.3)
        self.assertEqual(self.service.status(), status)

    def test_a_second_supervisor_leaves(self):
        status = self.service.up("a")
        second = self.service.start()
        self.assertEqual(second.wait(), 4)
        self.assertEqual(self.service.status(), status)
        self.assertEqual(self.service.ask()["pid"], status["server"]["pid"])

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", self.service.port)):
            self.service.desire("a")
            self.assertEqual(self.service.start().wait(), 5)
        self.assertIsNone(self.service.status())
        self.assertIn(f"port {self.service.port}: Address already in use", self.service.log())

    def test_the_log_begins_anew_when_it_is_full(self):
        self.service.up("a")
        folder = os.path.join(self.service.folder, "log")
        with open(os.path.join(folder, "service.log"), "a", encoding="utf-8") as log:
            log.write("x" * 11 * 1024 * 1024)
        self.service.supervisor.terminate()
        self.service.supervisor.wait()
        self.service.start()
        self.service.settle()
        self.assertEqual(sorted(os.listdir(folder)), ["service.log", "service.log.1"])


if __name__ == "__main__":
    unittest.main()
