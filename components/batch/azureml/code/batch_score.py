"""Entry script of a batch deployment.

Azure ML's driver brings packages of its own, which a scorer's locked environment can't hold too. So it runs in a Python
beside the image's (/opt/batch), and this script starts the scorer in the image's (/opt/environment): one process that
loads the models once and answers mini-batches, for each that the driver starts.
"""

import csv
import io
import json
import os
import queue
import subprocess
import sys
import threading
import traceback

_scorer = None


def init():
    global _scorer
    _scorer = _Scorer()


def run(mini_batch):
    """One text for each row, as it is to stand in the output file."""
    return _scorer.score([os.path.abspath(str(item)) for item in mini_batch])


class _Scorer:
    """The driver's end."""

    def __init__(self):
        self._start()

    def score(self, paths):
        if self._process.poll() is not None:
            # The mini-batch before has ended it; this one is not to suffer for that.
            self._start()
        answer = self._ask(paths)
        if "error" in answer:
            raise RuntimeError("the scorer failed:\n" + answer["error"])
        return answer["rows"]

    def _start(self):
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        python = os.environ.get("SCORESTACK_SCORER_PYTHON", "/opt/environment/bin/python")
        command = [python, os.path.abspath(__file__), str(requests), str(answers)]
        self._process = subprocess.Popen(command, env=_scorer_environment(), pass_fds=(requests, answers))
        os.close(requests)
        os.close(answers)
        self._requests = os.fdopen(self._requests, "w", encoding="utf-8")
        self._answers = os.fdopen(self._answers, "r", encoding="utf-8")
        answer = self._answer()
        if "error" in answer:
            raise RuntimeError("init() of the scorer failed:\n" + answer["error"])

    def _ask(self, paths):
        try:
            self._requests.write(json.dumps(paths) + "\n")
            self._requests.flush()
        except BrokenPipeError:
            pass
        return self._answer()

    def _answer(self):
        line = self._answers.readline()
        if line == "":
            self._answers.close()
            try:
                self._requests.close()
            except BrokenPipeError:
                pass
            code = self._process.wait()
            raise RuntimeError(f"the scorer's process ended with {code}; its own output is above")
        return json.loads(line)


def _scorer_environment():
    """What Azure ML has set anew is what the image had again."""
    environment = dict(os.environ)
    for own, name in (
        ("SCORESTACK_SCORER_APP_ROOT", "AML_APP_ROOT"),
        ("SCORESTACK_SCORER_ENTRY_SCRIPT", "AZUREML_ENTRY_SCRIPT"),
        ("SCORESTACK_SCORER_MODEL_DIR", "AZUREML_MODEL_DIR"),
        ("SCORESTACK_SCORER_PATH", "PATH"),
    ):
        if own in environment:
            environment[name] = environment[own]
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        environment.pop(name, None)
    return environment


def _serve(requests, answers):
    """The scorer's end: what it prints goes where the driver's goes, and answers have a channel of their own."""
    waiting = queue.Queue()

    def read():
        for line in requests:
            waiting.put(json.loads(line))
        # The driver is gone, and with it whoever waits for an answer.
        os._exit(0)

    def answer(**fields):
        answers.write(json.dumps(fields) + "\n")
        answers.flush()

    threading.Thread(target=read, daemon=True).start()
    try:
        sys.path.insert(0, os.path.join(os.environ.get("SCORESTACK_RUNTIME", "/opt/scorestack"), "batch"))
        import azureml_entry

        azureml_entry.init()
    except BaseException:
        answer(error=traceback.format_exc())
        return
    answer(ready=True)
    while True:
        paths = waiting.get()
        try:
            rows = _texts(azureml_entry.run(paths))
        except Exception:
            answer(error=traceback.format_exc())
        else:
            answer(rows=rows)


def _texts(rows):
    if hasattr(rows, "itertuples"):
        return [_csv(row) for row in rows.itertuples(index=False, name=None)]
    return [row if isinstance(row, str) else _csv(row) if isinstance(row, (list, tuple)) else json.dumps(row) for row in rows]


def _csv(row):
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue()


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as requests, os.fdopen(int(sys.argv[2]), "w", encoding="utf-8") as answers:
        _serve(requests, answers)
