"""Runs a file of unit tests and writes what became of each as JSON: python run.py FILE"""

import importlib.util
import io
import json
import os
import signal
import stat
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))


class Outcomes(unittest.TextTestResult):
    def __init__(self, *args):
        super().__init__(*args)
        self.outcomes = {}

    def addSuccess(self, test):
        self.outcomes.setdefault(test.id().rpartition(".")[2], "ok")  # one name may stand for tests of two classes

    def addError(self, test, error):
        self.outcomes[test.id().rpartition(".")[2]] = self._exc_info_to_string(error, test)

    addFailure = addError

    def addSkip(self, test, reason):
        self.outcomes[test.id().rpartition(".")[2]] = f"skipped: {reason}"


def main(file):
    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.path.insert(0, HERE)
    load_runtime()
    tests = unittest.defaultTestLoader.discover(HERE, pattern=file)
    result = unittest.TextTestRunner(stream=io.StringIO(), resultclass=Outcomes).run(tests)
    print(json.dumps(result.outcomes))


def load_runtime():
    """As `runtime/gunicorn_conf.py` does."""
    home = os.path.join(PROJECT, "runtime")
    spec = importlib.util.spec_from_file_location(
        "scorestack_runtime", os.path.join(home, "__init__.py"), submodule_search_locations=[home]
    )
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)


def end_with_parent():
    """Nobody else would end the servers of a run that is cut short; `service.py` does at exit."""
    if stat.S_ISCHR(os.fstat(0).st_mode):  # a terminal, or nothing at all
        return
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main(sys.argv[1])
