"""For Azure ML's batch deployments: `init()`, and `run()` for mini-batches of files, by the same scorer as everywhere."""

import importlib
import importlib.util
import json
import os
import sys

_scorer = None


def _load_package():
    home = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location("batch_main", os.path.join(home, "__main__.py"))
    main = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(main)
    main.load_package()
    return lambda name: importlib.import_module(f"{main.PACKAGE}.{name}")


_module = _load_package()


def init():
    """Loads the image's scorer. Called once in each process."""
    global _scorer
    _scorer = _module("scorer").Scorer(os.environ, lambda text: print(text, file=sys.stderr, flush=True))
    _scorer.init()


def run(mini_batch):
    """A row for each row of the files, `input, row` and the prediction's columns: a DataFrame where there is pandas, else lists.

    Rows that fail are named in the log, as JSON lines. Raises when there is not one that could be scored.
    """
    rows, failed = [], []
    for path in mini_batch:
        _score(str(path), rows, failed)
    for failure in failed:
        print(json.dumps(failure, ensure_ascii=False), file=sys.stderr, flush=True)
    if failed and not rows:
        raise RuntimeError(f"none of {len(failed)} rows could be scored; the first: {failed[0]['reason']}")
    return _table(rows)


def _score(path, rows, failed):
    inputs, records, tables, scoring = map(_module, ("inputs", "records", "tables", "scoring"))
    form = "files" if _scorer.kind == "raw" else "auto"
    try:
        [source] = inputs.find_sources([path], form)
        told = {"name": path, "format": source.format, "names": source.columns, "columns": source.columns}
        problems = _scorer.problems(told)
        if problems:
            raise ValueError(problems[0])
        for _, _, first, count, content in records.mini_batches(
            [source], _module("arguments").ROWS, None, lambda number: True
        ):
            work = scoring.Scoring(_scorer, _scorer.types(told), tables.Content(told, count, content), lambda: None)
            work.score(0, count)
            names, numbers, items = work.results(first)
            rows += zip([names] * len(items) if isinstance(names, str) else names, numbers, items)
            failed += work.failed(first)
    except (OSError, ValueError, _module("arguments").Refused) as problem:
        failed.append({"input": path, "row": None, "reason": str(problem)})


def _table(rows):
    replies = _module("replies")
    columns = replies.columns_of([item for _, _, item in rows])
    values = [[replies.text_of(value) for value in column] for column in columns.values()]
    lines = [list(line) for line in zip((name for name, _, _ in rows), (row for _, row, _ in rows), *values)]
    if importlib.util.find_spec("pandas") is None:
        return lines
    import pandas

    return pandas.DataFrame(lines, columns=[*replies.PLACE, *columns])
