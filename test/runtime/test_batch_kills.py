"""Each row once, in order, whatever is killed; and memory that does not grow with the rows."""

import os
import time

from batch_kills import run_with_kills
from batch_run import BatchCase, workers_of

ROWS = 100_000
SIZE = 250
PACED = """
import json, time
def init(): pass
def run(text):
    time.sleep(0.004)
    return [row[0] * 2 for row in json.loads(text)["data"]]
"""
WIDE = """
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema
def init(): pass
@input_schema("data", NumpyParameterType(np.zeros((1, 20))))
def run(data):
    return data.sum(axis=1).tolist()
"""


class Kills(BatchCase):
    def test_each_row_once_and_in_order_after_ten_kills(self):
        self.script(PACED)
        self.numbers(ROWS)
        options = ("--input", "numbers.csv", "--mini-batch-size", SIZE, "--workers", 2)
        self.assertEqual(self.run_batch(*options, "--output", "whole"), 0, self.lines())
        journal = self.path("out/.scorestack-batch/journal.jsonl")
        code, killed, runs = run_with_kills(lambda: self.start(*options), journal, ROWS // SIZE, seed=7)
        self.assertEqual((code, len(killed)), (0, 10), killed)
        self.assertGreater(runs, 3)
        rows = self.predictions()
        self.assertEqual(self.column("row", rows), [str(number) for number in range(ROWS)])
        self.assertEqual(self.column(rows=rows), [str(2 * number) for number in range(ROWS)])
        self.assertEqual(self.content(), self.content("whole/predictions.csv"))
        self.assertEqual(self.failures(), [])

    def test_memory_does_not_grow_with_the_rows(self):
        self.script(WIDE)
        line = ",".join(["1234567.25"] * 20) + "\n"
        rows = 400_000
        with open(self.path("wide.csv"), "w", encoding="ascii") as file:
            file.write(",".join(f"c{number}" for number in range(20)) + "\n")
            for _ in range(rows // 1000):
                file.write(line * 1000)
        size = os.path.getsize(self.path("wide.csv")) / 2**20
        run = self.start("--input", "wide.csv", "--workers", 2, "--mini-batch-size", 2000)
        journal = self.path("out/.scorestack-batch/journal.jsonl")
        early, late = {}, {}
        while run.poll() is None:
            done = os.path.getsize(journal) if os.path.exists(journal) else 0
            full = 100 * rows / 2000  # about: the bytes of a line
            peaks = early if done < 0.4 * full else late
            for pid in [run.pid, *workers_of(run.pid)] if done > 0.15 * full else []:
                peaks[pid] = max(peaks.get(pid, 0), resident(pid))
            time.sleep(0.005)
        self.assertEqual(self.wait(run), 0, self.lines())
        self.assertGreater(size, 80)
        grown = [late[pid] - early[pid] for pid in late if pid in early]
        self.assertTrue(run.pid in late and run.pid in early, (early, late))
        self.assertLess(max(grown), size / 4, (early, late))


def resident(pid):
    """In MiB."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return 0
