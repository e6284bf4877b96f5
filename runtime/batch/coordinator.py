"""A run from its command line to its exit code."""

import os
import signal
import traceback

from . import inputs
from .arguments import Refused, parse
from .parent import end_with_parent
from .run import INTERRUPTED, REFUSED, Run, Stopped, has_pyarrow, say
from .state import State

FAILURES = "failures.jsonl"
FAULT = 70  # of the engine itself; 1 would say that rows failed


def main(argv):
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        options = parse(argv)
        if os.environ.get("SCORESTACK_SUPERVISOR_PID") == str(os.getppid()):
            end_with_parent(signal.SIGTERM)
        return _run(options)
    except Refused as problem:
        return say(REFUSED, *problem.problems)
    except Stopped as problem:
        return say(problem.code, *problem.lines)
    except OSError as problem:
        remedy = "mend that and run the same command again to go on"
        return say(REFUSED, f"'--output' can't be written: {problem.strerror or problem}; {remedy}")
    except KeyboardInterrupt:
        return say(INTERRUPTED, "interrupted; run the same command again to go on")
    except Exception:
        traceback.print_exc()
        return FAULT


def _run(options):
    sources = inputs.find_sources(options.inputs, options.format)
    _select(sources, options.columns)
    if options.output_format == "parquet" and not has_pyarrow():
        raise Refused(f"'--output-format' parquet {inputs.NO_PYARROW}")
    state = State(os.path.abspath(options.output), options.shard)
    state.lock()
    base = "part-{}-of-{}".format(*options.shard) if options.shard else "predictions"
    failures = f"{base}.{FAILURES}" if options.shard else FAILURES
    run = Run(options, sources, state, (f"{base}.{options.output_format}", failures))
    return run.go()


def _select(sources, columns):
    for source in sources if columns else []:
        missing = [name for name in columns if source.columns is not None and name not in source.columns]
        if source.format == "files" or missing:
            got = ", ".join(source.columns or ["single files"])
            raise Refused(f"'--columns' must be columns of '{source.name}', got {', '.join(missing)}; it has {got}")
    return sources
