"""A batch run whose processes are killed again and again: python batch_kills.py ROWS SEED, for figures.

Needs what a scorer's worker needs: AML_APP_ROOT, AZUREML_ENTRY_SCRIPT, AZUREML_MODEL_DIR, SCORESTACK_BATCH_PACKAGES, and
the interpreter of its environment. The scorer is that of diabetes, or takes the same ten numbers.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from batch_run import ENGINE, kill, workers_of

PATIENCE_SECONDS = 300
VICTIMS = ("coordinator", "worker", "all")
COLUMNS = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6"


def run_with_kills(start, journal, mini_batches, seed, kills=10):
    """`start` gives a process of the run over and over. Kills at instants between the first and the last mini-batch.

    Returns the code of the run that came to its end, what was killed, and how many runs it took.
    """
    chance = random.Random(seed)
    instants = sorted(chance.randrange(mini_batches * 9 // 10) for _ in range(kills))
    victims = chance.sample(VICTIMS * kills, kills)
    run, runs, killed = start(), 1, []
    for instant, victim in zip(instants, victims):
        delay = chance.uniform(0, 0.02)
        while lines_in(journal) < instant and run.poll() is None:
            time.sleep(0.001)
        time.sleep(delay)
        killed.append((victim, lines_in(journal)))
        strike(run, victim, chance)
        if victim != "worker":
            run.communicate()
            run, runs = start(), runs + 1
    run.communicate(timeout=PATIENCE_SECONDS)
    return run.returncode, killed, runs


def strike(run, victim, chance):
    workers = workers_of(run.pid)
    if victim != "worker":
        kill(run.pid)
    if victim == "worker":
        workers = chance.sample(workers, min(1, len(workers)))
    for worker in workers if victim != "coordinator" else []:
        kill(worker)


def lines_in(path):
    try:
        with open(path, "rb") as file:
            return file.read().count(b"\n")
    except FileNotFoundError:
        return 0


def main(rows, seed):
    size = 2000
    with tempfile.TemporaryDirectory(prefix="scorestack-batch-") as folder:
        write_rows(os.path.join(folder, "rows.csv"), rows)

        def start(output):
            argv = [sys.executable, ENGINE, "--input", "rows.csv", "--output", output, "--mini-batch-size", str(size)]
            return subprocess.Popen([*argv, "--workers", "2"], cwd=folder, stdout=subprocess.DEVNULL)

        def content(output):
            with open(os.path.join(folder, output, "predictions.csv"), "rb") as file:
                return file.read()

        began = time.monotonic()
        assert start("whole").wait() == 0
        unkilled = time.monotonic() - began
        journal = os.path.join(folder, "killed", ".scorestack-batch", "journal.jsonl")
        began = time.monotonic()
        code, killed, runs = run_with_kills(lambda: start("killed"), journal, rows // size, seed)
        seconds = time.monotonic() - began
        lines = content("killed").split(b"\n")[1:-1]
        numbers = [int(line.split(b",")[1]) for line in lines]
        figures = {
            "rows": rows,
            "seed": seed,
            "killed": killed,
            "runs": runs,
            "exitCode": code,
            "eachRowOnceAndInOrder": numbers == list(range(rows)),
            "equalToAnUnkilledRun": content("killed") == content("whole"),
            "sha256": hashlib.sha256(content("killed")).hexdigest(),
            "secondsUnkilled": round(unkilled, 1),
            "secondsKilled": round(seconds, 1),
        }
    print(json.dumps(figures, indent=2))
    return 0 if code == 0 and figures["eachRowOnceAndInOrder"] and figures["equalToAnUnkilledRun"] else 1


def write_rows(path, rows):
    chance = random.Random(rows)
    with open(path, "w", encoding="ascii") as file:
        file.write(COLUMNS + "\n")
        for _ in range(rows):
            file.write(",".join(f"{chance.uniform(1, 100):.2f}" for _ in range(10)) + "\n")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
