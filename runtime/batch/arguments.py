"""The command line."""

import argparse
import os
from dataclasses import dataclass
from typing import Optional

FORMATS = ("auto", "csv", "jsonl", "parquet", "files")
OUTPUT_FORMATS = ("csv", "jsonl", "parquet")
ROWS = 8192  # of a mini-batch: enough that a checkpoint costs little beside a vectorised call
FILES = 16


class Refused(Exception):
    """Of what was asked; each of `problems` is a line."""

    def __init__(self, *problems):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Options:
    inputs: list
    output: str
    format: str
    output_format: str
    mini_batch_size: Optional[int]
    workers: int
    retries: int
    timeout_seconds: float
    error_threshold: int
    shard: Optional[tuple]
    columns: Optional[list]
    restart: bool
    events: int


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def _parser():
    parser = _Parser(prog="batch", description="Runs a scorer over files.", allow_abbrev=False)
    add = parser.add_argument
    add("--input", nargs="+", action="extend", default=[], metavar="PATH", help="files and folders, in this order")
    add(
        "--output",
        default="",
        metavar="DIR",
        help="folder for predictions and failures.jsonl; what is in it is gone on with",
    )
    add("--format", default="auto", help=f"of the input: {', '.join(FORMATS)}; auto goes by the names")
    add("--output-format", default="csv", help=", ".join(OUTPUT_FORMATS))
    add("--mini-batch-size", help=f"rows or files in one call of run(); {ROWS} rows, {FILES} files")
    add("--workers", help="processes; as many as there are processor cores")
    add("--retries", default="3", help="further attempts for a mini-batch whose worker crashed, hung or failed; 3")
    add("--timeout-seconds", default="60", help="longest call of run(); 60")
    add("--error-threshold", default="-1", help="failed rows above which the run stops; -1: none")
    add("--shard", metavar="I/N", help="only each N-th mini-batch, from the I-th on, counted from 0")
    add("--columns", help="names of the columns that the scorer is given, in this order, with commas between them; all")
    add("--restart", action="store_true", help="forget what an earlier run left in the output folder")
    add("--events", default="1", metavar="FD", help="file descriptor for events, as JSON lines; 1")
    return parser


def parse(argv):
    """Raises Refused with all problems."""
    given, problems = _parser().parse_args(argv), []

    def check(holds, option, rule, got):
        if not holds:
            problems.append(f"'--{option}' must be {rule}, got '{got}'")
        return holds

    def whole(option, text, least, most=2**31):
        try:
            value = int(text)
        except ValueError:
            value = None
        check(value is not None and least <= value <= most, option, f"a whole number from {least} to {most}", text)
        return value

    check(given.input, "input", "at least one file or folder", "")
    check(given.output, "output", "a folder", given.output)
    check(given.format in FORMATS, "format", f"one of {', '.join(FORMATS)}", given.format)
    check(
        given.output_format in OUTPUT_FORMATS,
        "output-format",
        f"one of {', '.join(OUTPUT_FORMATS)}",
        given.output_format,
    )
    options = Options(
        inputs=given.input,
        output=given.output,
        format=given.format,
        output_format=given.output_format,
        mini_batch_size=given.mini_batch_size and whole("mini-batch-size", given.mini_batch_size, 1),
        workers=whole("workers", given.workers, 1, 1024) if given.workers else cores(),
        retries=whole("retries", given.retries, 0, 100),
        timeout_seconds=whole("timeout-seconds", given.timeout_seconds, 1),
        error_threshold=whole("error-threshold", given.error_threshold, -1),
        shard=_shard(given.shard, check) if given.shard else None,
        columns=given.columns.split(",") if given.columns else None,
        restart=given.restart,
        events=whole("events", given.events, 0, 1 << 20),
    )
    if problems:
        raise Refused(*problems)
    return options


def _shard(text, check):
    index, _, count = text.partition("/")
    fits = index.isdigit() and count.isdigit() and int(index) < int(count)
    return (int(index), int(count)) if check(fits, "shard", "I/N with I from 0 to N-1", text) else None


def cores():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
