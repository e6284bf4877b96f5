"""Retries, failures, what an interrupted run leaves and another takes up, shards."""

import json
import os
import resource
import signal
import time

from batch_run import BatchCase, kill, workers_of

HEAD = """
import json, os, signal, time
HERE = os.environ["TEST_FOLDER"]
def init(): pass
def first(name):
    try:
        os.close(os.open(os.path.join(HERE, name), os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
def run(text):
    rows = [row[0] for row in json.loads(text)["data"]]
"""
SLOW = HEAD + "    time.sleep(0.05)\n    return [2 * row for row in rows]\n"


class Runs(BatchCase):
    def run_script(self, body):
        self.script(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))

    def doubled(self, rows):
        return [(row["row"], row["prediction"]) for row in rows] == [(str(n), str(2 * n)) for n in range(len(rows))]

    def test_rows_stay_in_order_whatever_worker_is_first(self):
        self.run_script("if rows[0] == 0: time.sleep(0.3)\nreturn [2 * row for row in rows]")
        self.numbers(100)
        rows = self.run_well("--input", "numbers.csv", "--mini-batch-size", 10, "--workers", 3)
        self.assertTrue(self.doubled(rows) and len(rows) == 100)
        [start] = self.told("start")
        self.assertEqual((start["rows"], start["miniBatches"], start["alreadyDone"], start["workers"]), (100, 10, 0, 3))
        [end] = self.told("end")
        self.assertEqual(
            (end["rowsDone"], end["rowsFailed"], end["output"]), (100, 0, ["out/predictions.csv", "out/failures.jsonl"])
        )
        self.assertEqual(self.told("progress")[-1]["rowsDone"], 100)
        self.assertEqual(self.failures(), [])

    def test_what_a_scorer_prints_is_no_event(self):
        self.run_script("print('hello')\nos.write(1, b'there')\nreturn rows")
        self.numbers(1)
        self.run_well("--input", "numbers.csv")
        self.assertTrue("hello" in self.said and "there" in self.said)

    def test_only_bad_rows_fail_each_with_its_reason(self):
        self.run_script("assert 3 not in rows and 17 not in rows, 'no such row'\nreturn [2 * row for row in rows]")
        self.numbers(40)
        rows = self.run_well("--input", "numbers.csv", "--mini-batch-size", 20)
        self.assertEqual(len(rows), 38)
        self.assertTrue(all(int(row["prediction"]) == 2 * int(row["row"]) for row in rows))
        reason = "AssertionError: no such row (score.py, line 13)"
        failures = [{"input": "numbers.csv", "row": row, "reason": reason} for row in (3, 17)]
        self.assertEqual(self.failures(), failures)
        self.assertEqual(self.told("failure"), [{"event": "failure", **failure} for failure in failures])
        self.assertEqual(self.told("end")[0]["rowsFailed"], 2)

    def test_a_crash_is_tried_again_in_a_new_worker(self):
        self.run_script(
            "if 5 in rows and first('crashed'): os.kill(os.getpid(), signal.SIGSEGV)\nreturn [2 * row for row in rows]"
        )
        self.numbers(10)
        self.assertTrue(self.doubled(self.run_well("--input", "numbers.csv", "--mini-batch-size", 4)))
        [retry] = self.told("retry")
        self.assertEqual((retry["miniBatch"], retry["attempt"]), (1, 2))
        self.assertIn("SIGSEGV", retry["reason"])

    def test_a_row_that_kills_its_worker_is_the_only_one_to_fail(self):
        self.run_script("if 5 in rows: os._exit(7)\nreturn [2 * row for row in rows]")
        self.numbers(9)
        rows = self.run_well("--input", "numbers.csv", "--mini-batch-size", 8, "--retries", 1, "--workers", 1)
        self.assertEqual([int(row["row"]) for row in rows], [0, 1, 2, 3, 4, 6, 7, 8])
        reason = "the worker process ended with exit code 7"
        self.assertEqual(self.failures(), [{"input": "numbers.csv", "row": 5, "reason": reason}])

    def test_a_call_that_hangs_is_ended(self):
        self.run_script("if 2 in rows: time.sleep(600)\nreturn [2 * row for row in rows]")
        self.numbers(4)
        options = ("--mini-batch-size", 2, "--timeout-seconds", 5, "--retries", 0)
        rows = self.run_well("--input", "numbers.csv", *options)
        self.assertEqual([int(row["row"]) for row in rows], [0, 1, 3])
        self.assertEqual(self.failures()[0]["reason"], "run() did not end within 5 seconds")

    def test_the_timeout_is_for_one_call_not_for_a_mini_batch(self):
        self.run_script("time.sleep(0.8)\nreturn {'single': rows[0]}")
        self.numbers(8)
        self.assertEqual(len(self.run_well("--input", "numbers.csv", "--timeout-seconds", 5, "--retries", 0)), 8)

    def test_a_worker_that_can_do_nothing_any_more_is_replaced(self):
        self.script(
            HEAD.replace("def init(): pass", "def init(): pass\nbroken = []")
            + "    if first('broke'): broken.append(1)\n    assert not broken, 'broken'\n    return [2 * row for row in rows]\n"
        )
        self.numbers(6)
        self.assertTrue(self.doubled(self.run_well("--input", "numbers.csv", "--mini-batch-size", 2, "--workers", 1)))
        self.assertEqual(self.failures(), [])
        self.assertEqual(len(self.told("retry")), 1)

    def test_rows_that_no_worker_can_do_do_not_cost_new_workers_for_ever(self):
        self.run_script("raise ValueError(rows[0])")
        self.numbers(10)
        self.assertEqual(
            self.run_well("--input", "numbers.csv", "--mini-batch-size", 1, "--workers", 1, "--retries", 2), []
        )
        self.assertEqual((len(self.told("retry")), len(self.failures())), (2, 10))

    def test_more_failures_than_the_threshold_stop_the_run_and_it_can_go_on(self):
        self.run_script("assert rows[0] % 2, 'even'\nreturn [2 * row for row in rows]")
        self.numbers(40)
        options = ("--input", "numbers.csv", "--mini-batch-size", 1, "--workers", 1, "--retries", 0)
        self.assertEqual(self.run_batch(*options, "--error-threshold", 3), 1, self.lines())
        self.assertEqual([failure["row"] for failure in self.failures()], [0, 2, 4, 6])
        self.assertIn("4 rows failed, '--error-threshold' is 3", self.said)
        self.assertFalse(os.path.exists(self.path("out/predictions.csv")))
        self.assertEqual(self.run_batch(*options, "--error-threshold", 3), 1)
        self.assertEqual(len(self.run_well(*options, "--error-threshold", 20)), 20)
        self.assertEqual(self.told("start")[0]["alreadyDone"], 7)
        self.assertEqual(len(self.failures()), 20)

    def test_an_init_that_fails(self):
        self.script("def init(): raise OSError('no model')\ndef run(text): pass\n")
        self.numbers(1)
        self.assertEqual(self.run_batch("--input", "numbers.csv"), 3)
        self.assertIn("the scorer did not start: OSError: no model (score.py, line 1)", self.said)
        self.script("def init(): import os; os._exit(9)\ndef run(text): pass\n")
        self.assertEqual(self.run_batch("--input", "numbers.csv"), 3)
        self.assertIn("a worker ended in init(): the worker process ended with exit code 9", self.said)

    def test_bad_arguments_are_told_all_at_once(self):
        lines = self.refused("--workers", 0, "--shard", "2/2", "--format", "xml", "--events", 1).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("'--shard' must be I/N with I from 0 to N-1, got '2/2'", lines)
        self.assertIn("unrecognized arguments: --nonsense", self.refused("--nonsense", "1"))
        self.assertEqual(self.refused("--input", "none.csv"), "'--input' must be there, got 'none.csv'")

    def test_a_finished_run_does_nothing_again(self):
        self.numbers(10)
        self.run_well("--input", "numbers.csv")
        before = os.stat(self.path("out/predictions.csv"))
        self.script("raise SystemError")
        self.run_well("--input", "numbers.csv")
        self.assertIn("this run is finished since", self.said)
        self.assertEqual(os.stat(self.path("out/predictions.csv")), before)
        self.assertEqual(sorted(os.listdir(self.path("out/.scorestack-batch"))), ["lock", "manifest.json"])

    def test_another_image_input_or_options_are_refused(self):
        self.numbers(10)
        self.run_well("--input", "numbers.csv")
        self.assertIn(
            "results of another image (image; now other)", self.refused("--input", "numbers.csv", identity="other")
        )
        self.assertIn(
            "results of other options (mini-batch-size: 8192; now mini-batch-size: 3)",
            self.refused("--input", "numbers.csv", "--mini-batch-size", 3),
        )
        self.numbers(11)
        self.assertIn("results of other input (['numbers.csv',", self.refused("--input", "numbers.csv"))
        self.assertEqual(len(self.run_well("--input", "numbers.csv", "--restart")), 11)

    def test_results_of_something_else_are_not_overwritten(self):
        self.numbers(1)
        self.write("out/predictions.csv", "precious")
        self.assertIn(
            "'--output' has predictions.csv, of which this run does not know", self.refused("--input", "numbers.csv")
        )
        self.assertEqual(self.content(), b"precious")

    def test_output_that_was_changed_after_the_end(self):
        self.numbers(1)
        self.run_well("--input", "numbers.csv")
        os.remove(self.path("out/predictions.csv"))
        self.assertIn("its predictions.csv is gone or changed since", self.refused("--input", "numbers.csv"))

    def slow_run(self, *options, rows=400):
        """One that is under way, with results of its own."""
        self.script(SLOW)
        self.numbers(rows)
        run = self.start("--input", "numbers.csv", "--mini-batch-size", 10, "--workers", 2, *options)
        self.wait_for(lambda: os.path.exists(self.journal()) and os.path.getsize(self.journal()) > 200)
        return run

    def journal(self):
        return self.path("out/.scorestack-batch/journal.jsonl")

    def wait_for(self, condition):
        give_up = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), give_up, "what was waited for did not come")
            time.sleep(0.01)

    def test_an_interrupt_ends_it_and_the_same_command_goes_on(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            run = self.slow_run("--restart")
            workers = workers_of(run.pid)
            run.send_signal(number)
            self.assertEqual(self.wait(run), 130, self.lines())
            self.assertEqual(self.said.strip(), "interrupted; run the same command again to go on")
            self.assertFalse(any(os.path.exists(f"/proc/{worker}") for worker in workers))
            self.assertEqual(os.listdir(self.path("out")), [".scorestack-batch"])
            self.assertTrue(self.doubled(self.run_well("--input", "numbers.csv", "--mini-batch-size", 10)))
            self.assertGreaterEqual(self.told("start")[0]["alreadyDone"], 10)

    def test_workers_end_with_a_coordinator_that_is_killed(self):
        run = self.slow_run()
        workers = workers_of(run.pid)
        self.assertEqual(len(workers), 2)
        kill(run.pid)
        self.wait(run)
        self.wait_for(lambda: not any(os.path.exists(f"/proc/{worker}") for worker in workers))
        self.assertTrue(self.doubled(self.run_well("--input", "numbers.csv", "--mini-batch-size", 10)))

    def test_a_second_run_on_the_same_folder_is_refused(self):
        run = self.slow_run()
        self.assertIn("to which another writes now", self.refused("--input", "numbers.csv", "--mini-batch-size", 10))
        self.assertEqual(self.wait(run), 0)

    def test_damaged_results_are_scored_again(self):
        run = self.slow_run()
        kill(run.pid)
        self.wait(run)
        segments = self.path("out/.scorestack-batch/segments")
        name = next(name for name in os.listdir(segments) if os.path.getsize(os.path.join(segments, name)))
        with open(os.path.join(segments, name), "r+b") as file:
            file.write(b"?")
        with open(self.journal(), "ab") as file:
            file.write(b'{"number": 999, "pieces"')
        rows = self.run_well("--input", "numbers.csv", "--mini-batch-size", 10)
        self.assertTrue(self.doubled(rows) and len(rows) == 400)

    def test_a_full_disk_is_told_and_the_run_can_go_on(self):
        self.script(
            "import json\ndef init(): pass\ndef run(text): return ['x' * 1000 for row in json.loads(text)['data']]\n"
        )
        self.numbers(400)
        full = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))}
        options = ("--input", "numbers.csv", "--mini-batch-size", 10, "--workers", 1)
        said = self.refused(*options, **full)
        self.assertEqual(
            said, "'--output' can't be written: File too large; mend that and run the same command again to go on"
        )
        self.assertEqual(len(self.run_well(*options)), 400)
        self.assertGreaterEqual(self.told("start")[0]["alreadyDone"], 10)

    def test_shards_make_the_whole_and_know_nothing_of_each_other(self):
        self.numbers(25)
        options = ("--input", "numbers.csv", "--mini-batch-size", 4, "--output-format", "jsonl", "--shard")
        for index in (2, 0, 1):
            self.assertEqual(self.run_batch(*options, f"{index}/3"), 0, self.lines())
        rows = []
        for index in range(3):
            part = [json.loads(line) for line in self.content(f"out/part-{index}-of-3.jsonl").splitlines()]
            self.assertEqual({row["row"] // 4 % 3 for row in part}, {index})
            self.assertEqual(self.failures(f"out/part-{index}-of-3.failures.jsonl"), [])
            rows += part
        self.assertEqual(sorted((row["row"], row["prediction"]) for row in rows), [(n, 2 * n) for n in range(25)])
        self.assertIn("has results of a run with other shards", self.refused(*options, "0/2"))
        self.assertIn("has results of a run with other shards", self.refused("--input", "numbers.csv"))
