"""Runs of the batch engine over files of a test's own, with a scoring script of the test's own."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENGINE = os.path.join(PROJECT, "runtime", "batch")
PACKAGES = os.environ.get("SCORESTACK_BATCH_PACKAGES", "")
PATIENCE_SECONDS = 120
DOUBLE = """
import json
def init(): pass
def run(text):
    return [row[0] * 2 for row in json.loads(text)["data"]]
"""
SCHEMA = """
import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema
def init(): pass
"""


class BatchCase(unittest.TestCase):
    """`has_pyarrow`: whether the engine has it; the environment of these tests has not."""

    has_pyarrow = True

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="scorestack-batch-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.addCleanup(self.end)
        self.runs = []
        self.script(DOUBLE)

    def end(self):
        for run in self.runs:
            if run.poll() is None:
                run.kill()
            run.communicate()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
        return name

    def script(self, text):
        self.write("app/score.py", text)

    def schema_script(self, text):
        self.script(SCHEMA + text)

    def numbers(self, count, name="numbers.csv"):
        return self.write(name, "x\n" + "".join(f"{number}\n" for number in range(count)))

    def start(self, *options, identity="image", **popen):
        """A run over what is given, to be waited for."""
        environment = {
            "PATH": os.environ["PATH"],
            "AML_APP_ROOT": self.path("app"),
            "AZUREML_ENTRY_SCRIPT": "score.py",
            "AZUREML_MODEL_DIR": self.path("app"),
            "SCORESTACK_IMAGE_IDENTITY": identity,
            "PYTHONDONTWRITEBYTECODE": "1",
            "TEST_FOLDER": self.folder,
            **({"SCORESTACK_BATCH_PACKAGES": PACKAGES} if self.has_pyarrow else {}),
        }
        if "--output" not in options:
            options = [*options, "--output", "out"]
        argv = [sys.executable, ENGINE, *map(str, options)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        run = subprocess.Popen(argv, cwd=self.folder, env=environment, **{**pipes, **popen})
        self.runs.append(run)
        return run

    def wait(self, run):
        """Exit code; what it told and said stays here."""
        told, self.said = run.communicate(timeout=PATIENCE_SECONDS)
        self.events = [json.loads(line) for line in told.splitlines()]
        return run.returncode

    def run_batch(self, *options, **changes):
        return self.wait(self.start(*options, **changes))

    def run_well(self, *options, **changes):
        """Runs to the end; returns the rows of the predictions."""
        self.assertEqual(self.run_batch(*options, **changes), 0, self.lines())
        return self.predictions()

    def refused(self, *options, **changes):
        """What was said of a run with bad arguments or input."""
        self.assertEqual(self.run_batch(*options, **changes), 2, self.lines())
        return self.said.strip()

    def lines(self):
        return self.said[-3000:]

    def predictions(self, name="out/predictions.csv"):
        with open(self.path(name), newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def failures(self, name="out/failures.jsonl"):
        with open(self.path(name), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def content(self, name="out/predictions.csv"):
        with open(self.path(name), "rb") as file:
            return file.read()

    def column(self, name="prediction", rows=None):
        return [row[name] for row in (rows or self.predictions())]

    def told(self, kind):
        return [event for event in self.events if event["event"] == kind]


def workers_of(pid):
    """Process ids of a coordinator's workers."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            found = [int(child) for child in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    for thread in _threads(pid):
        try:
            with open(f"/proc/{pid}/task/{thread}/children", encoding="utf-8") as file:
                found += [int(child) for child in file.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return sorted(set(found))


def _threads(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
