"""A service whose server is the front of a container, under the real supervisor. Docker and the containers are stand-ins."""

import json
import os
import shlex
import signal
import sys
import tempfile
import threading
import time
import unittest

from service import HERE, PROJECT, Service, is_alive, wait_until

FRONT = os.path.join(PROJECT, "provider", "supervisor", "container_front.py")
SECRET = "canary-0123456789"


class WithContainers(unittest.TestCase):
    def setUp(self):
        self.service = Service(BACKOFF_SECONDS=0.05)
        self.docker = tempfile.mkdtemp(prefix="docker-", dir=self.service.folder)
        self.addCleanup(self.service.stop)
        programs = os.path.join(self.service.folder, "programs")
        os.mkdir(programs)
        with open(os.path.join(programs, "docker"), "w", encoding="utf-8") as script:
            words = [sys.executable, "-S", os.path.join(HERE, "fake_docker.py")]
            script.write(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        os.chmod(os.path.join(programs, "docker"), 0o755)
        self.env = {"PATH": f"{programs}:{os.environ['PATH']}", "FAKE_DOCKER": self.docker}

    def desire(self, way="ok", variables=None, settings=None, **changes):
        told = {"image": f"sha256:{way}", "service": "churn", "folder": self.service.folder, "workers": 1, "drainSeconds": 5}
        inside = {f"CONTAINER_{name}": value for name, value in (variables or {}).items()}
        argv = [sys.executable, FRONT, json.dumps({**told, **(settings or {})})]
        return self.service.desire("", argv=argv, env={**self.env, **inside}, **{"drainSeconds": 20, **changes})

    def up(self, *args, **kwargs):
        self.desire(*args, **kwargs)
        self.service.start()
        return self.service.settle()

    def containers(self):
        """Names of those that there are, with the processes that they have."""
        found = {}
        for file in os.listdir(self.docker):
            if file.endswith(".json"):
                try:
                    with open(os.path.join(self.docker, file), encoding="utf-8") as record:
                        found[file[: -len(".json")]] = json.load(record).get("pid")
                except FileNotFoundError:
                    pass
        return found

    def only(self):
        """The one container that is left at last, and its process."""
        wait_until(lambda: len(self.containers()) == 1)
        return next(iter(self.containers().items()))

    def assertNoneLeft(self, *pids):
        wait_until(lambda: not self.containers() and not any(is_alive(pid) for pid in pids))

    def files(self):
        for folder, _, names in os.walk(self.service.folder):
            for name in names:
                file = os.path.join(folder, name)
                if os.path.isfile(file):
                    with open(file, "rb") as opened:
                        yield file, opened.read()


class Serving(WithContainers):
    def test_a_container_answers_through_its_front(self):
        status = self.up()
        answer = self.service.ask()
        self.assertEqual(status["state"], "running")
        self.assertEqual((answer["image"], answer["pid"]), ("sha256:ok", self.only()[1]))
        self.assertEqual(answer["labels"]["scorestack.folder"], self.service.folder)
        self.assertEqual(answer["labels"]["scorestack.revision"], "1")
        self.assertTrue(answer["labels"]["scorestack.front"].startswith(f"{status['server']['pid']}/"))
        with open(os.path.join(status["server"]["reports"], "container.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), {"name": answer["name"], "pid": answer["pid"]})

    def test_it_is_closed_in_as_far_as_can_be(self):
        self.up()
        flags = [tuple(flag) for flag in self.service.ask()["flags"]]
        for flag in [
            ("--read-only", ""),
            ("--cap-drop", "ALL"),
            ("--security-opt", "no-new-privileges"),
            ("--publish", "127.0.0.1::5001"),
            ("--log-driver", "none"),
            ("--pull", "never"),
        ]:
            self.assertIn(flag, flags)

    def test_it_has_what_it_is_given(self):
        self.up()
        none = {name for name, _ in self.service.ask()["flags"]}
        self.assertEqual(none & {"--cpus", "--memory", "--memory-swap"}, set())
        self.desire(settings={"cpuCores": 0.5, "memoryInGb": 1.5}, variables={"N": "1"})
        self.service.settle()
        flags = [tuple(flag) for flag in self.service.ask()["flags"]]
        for flag in [("--cpus", "0.5"), ("--memory", "1536m"), ("--memory-swap", "1536m")]:
            self.assertIn(flag, flags)

    def test_variables_arrive_as_they_are_and_do_not_reach_the_client(self):
        variables = {"PLAIN": "a = b # c", "LINES": "one\ntwo\r\n", "LONG": "x" * 50_000, "FAKE_DOCKER": "/nowhere", "EMPTY": ""}
        self.up(variables=variables)
        got = self.service.ask()["environment"]
        self.assertEqual({name: got[name] for name in variables}, variables)
        self.assertEqual((got["SCORESTACK_REPORT_DIR"], got["WORKER_COUNT"]), ("/run/scorestack/reports", "1"))
        self.assertNotIn("PATH", got)

    def test_secrets_come_by_stdin_alone(self):
        self.desire(variables={"PLAIN": "seen"}, secrets={"names": ["TOKEN"], "salt": "", "digest": "d"})
        self.service.start()
        fifo = os.path.join(self.service.folder, "secrets.fifo")
        wait_until(lambda: os.path.exists(fifo))
        with open(fifo, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps({"digest": "d", "values": {"TOKEN": SECRET}}) + "\n")
        self.service.settle()
        answer = self.service.ask()
        self.assertEqual(json.loads(answer.pop("stdin")), {"TOKEN": SECRET})
        self.assertEqual(answer["environment"]["SCORESTACK_SECRETS_FD"], "0")
        self.assertNotIn(SECRET, json.dumps(answer))
        records = [file for file, content in self.files() if SECRET.encode() in content]
        self.assertEqual([os.path.dirname(file) for file in records], [self.docker])  # the stand-in keeps what it was told
        for pid in filter(str.isdigit, os.listdir("/proc") if os.path.exists("/proc/self") else []):
            for file in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{file}", "rb") as opened:
                        self.assertNotIn(SECRET.encode(), opened.read())
                except OSError:
                    pass

    def test_keys_are_followed(self):
        keys = os.path.join(self.service.folder, "keys.json")
        with open(keys, "w", encoding="utf-8") as file:
            file.write('["one"]')
        os.chmod(keys, 0o600)
        self.up(settings={"keysFile": keys})
        self.assertEqual(self.service.ask()["keys"], '["one"]')
        with open(keys + ".new", "w", encoding="utf-8") as file:
            file.write('["two"]')
        os.replace(keys + ".new", keys)
        wait_until(lambda: self.service.ask()["keys"] == '["two"]')
        self.assertEqual(self.service.ask()["environment"]["SCORESTACK_KEYS_FILE"], "/run/scorestack/given/keys.json")

    def test_every_worker_inside_has_to_be_ready(self):
        self.up(settings={"workers": 3})
        self.assertEqual(self.service.ask()["environment"]["WORKER_COUNT"], "3")


class Handing(WithContainers):
    def test_no_request_is_lost_in_swaps(self):
        self.up(variables={"N": "0"})
        answers, problems, swapped = set(), [], threading.Event()

        def load():
            while not swapped.is_set():
                try:
                    answers.add(self.service.ask()["environment"]["N"])
                except Exception as problem:
                    problems.append(problem)

        threads = [threading.Thread(target=load) for _ in range(3)]
        for thread in threads:
            thread.start()
        for swap in range(1, 5):
            self.desire(variables={"N": str(swap)})
            self.service.settle()
            wait_until(lambda swap=swap: str(swap) in answers)
        self.only()
        swapped.set()
        for thread in threads:
            thread.join()
        self.assertEqual((problems, answers), ([], set("01234")))

    def test_the_old_container_answers_what_it_has_begun(self):
        self.up(variables={"N": "0"})
        first, answer = self.only(), []
        thread = threading.Thread(target=lambda: answer.append(self.service.ask("/slow")["environment"]["N"]))
        thread.start()
        time.sleep(0.1)
        self.desire(variables={"N": "1"})
        self.service.settle()
        self.assertEqual(self.service.ask()["environment"]["N"], "1")
        thread.join()
        self.assertEqual(answer, ["0"])
        self.assertNotEqual(self.only(), first)

    def test_an_end_leaves_nothing(self):
        pid = self.up()["server"]["pid"]
        _, inside = self.only()
        self.service.supervisor.terminate()
        self.assertEqual(self.service.supervisor.wait(), 0)
        self.assertFalse(is_alive(pid))
        self.assertNoneLeft(inside)


class Failing(WithContainers):
    def fails(self, way, **changes):
        """A candidate fails beside a container that goes on; returns the failure."""
        before = self.up()
        container = self.only()
        self.desire(way, **changes)
        status = self.service.settle()
        self.assertEqual((status["state"], status["revision"], status["server"]), ("running", 1, before["server"]))
        self.assertEqual(self.only(), container)
        self.assertEqual(self.service.ask()["image"], "sha256:ok")
        return status["failure"]

    def test_a_container_that_ends(self):
        failure = self.fails("exit")
        self.assertEqual(failure["problem"], "the server ended before it was ready (exit code 7)")
        self.assertEqual(failure["log"], ["container of sha256:exit starts", "the container ended by itself (exit code 7)"])

    def test_a_wrong_sample_is_told_as_a_server_tells_it(self):
        failure = self.fails("sample")
        self.assertEqual(failure["problem"], "the server ended before it was ready (exit code 3)")
        self.assertEqual(failure["boot"], {"failures": [{"sample": "a.json", "problem": "wrong", "log": ""}]})

    def test_a_link_out_of_its_folder_is_no_report(self):
        with open(os.path.join(self.docker, "private.json"), "w", encoding="utf-8") as file:
            json.dump({"failures": [{"sample": "", "problem": "private", "log": ""}], "labels": {}}, file)
        self.desire("link")
        self.service.start()
        self.assertIsNone(self.service.settle()["failure"]["boot"])

    def test_a_container_that_is_not_healthy(self):
        failure = self.fails("sick", startTimeoutSeconds=1)
        self.assertEqual(failure["problem"], "the server was not ready after 1 s")

    def test_a_docker_that_refuses(self):
        self.up()
        container = self.only()
        self.service.touch(os.path.join(self.docker, "refuses"))
        self.desire(variables={"N": "1"})
        failure = self.service.settle()["failure"]
        self.assertEqual(failure["problem"], "the server ended before it was ready (exit code 125)")
        self.assertEqual(failure["log"][0], "docker: the daemon does not answer")
        self.assertEqual(self.only(), container)

    def test_one_that_is_withdrawn(self):
        self.up()
        container = self.only()
        self.desire("slow")
        self.service.wait("a candidate", lambda status: status["candidate"])
        wait_until(lambda: len(self.containers()) == 2)
        self.desire(variables={}, revision=1)
        self.service.settle()
        self.assertEqual(self.only(), container)


class Dying(WithContainers):
    def assertBack(self, before):
        status = self.service.wait("a restart", lambda status: status["restarts"] >= 1 and status["server"])
        self.assertNotEqual(status["server"]["pid"], before["server"]["pid"])
        self.assertEqual(self.service.ask()["image"], "sha256:ok")
        return status

    def test_a_container_that_dies_is_brought_back(self):
        before = self.up()
        first = self.only()
        with self.assertRaises(Exception):
            self.service.ask("/crash")
        self.assertBack(before)
        self.assertNotEqual(self.only(), first)
        self.assertIn("the container ended by itself (exit code 9)", self.service.log())

    def test_a_front_that_is_killed_leaves_no_container(self):
        before = self.up()
        _, inside = self.only()
        os.kill(before["server"]["pid"], signal.SIGKILL)
        self.assertBack(before)
        wait_until(lambda: not is_alive(inside))
        self.only()

    def test_a_supervisor_that_is_killed_leaves_no_container(self):
        before = self.up()
        _, inside = self.only()
        self.service.supervisor.kill()
        self.assertNoneLeft(inside, before["server"]["pid"])

    def test_a_container_without_front_and_guard_goes_with_the_next_start(self):
        before = self.up()
        name, inside = self.only()
        pid = before["server"]["pid"]
        for child in children_of(pid):
            os.kill(child, signal.SIGKILL)  # the guard among them
        os.kill(pid, signal.SIGKILL)
        self.assertBack(before)
        wait_until(lambda: not is_alive(inside))
        self.assertNotEqual(self.only()[0], name)

    def test_containers_of_others_stay(self):
        record = {"name": "other", "labels": {"scorestack.folder": "/elsewhere", "scorestack.front": "1/0"}}
        with open(os.path.join(self.docker, "other.json"), "w", encoding="utf-8") as file:
            json.dump(record, file)
        self.up()
        self.assertIn("other", self.containers())


def children_of(parent):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[1] == str(parent):
                    found.append(int(pid))
        except OSError:
            pass
    return found


if __name__ == "__main__":
    unittest.main()
