"""What the batch engine is measured against: a loop over the scorer's own vectorised call, as one would write it in a notebook.

    python bare_loop.py --input FILE --output FILE --mini-batch-size N

in the environment and with the variables that the engine has. How it is fair: the same interpreter and packages, the same
file, read by pyarrow as a stream in mini-batches of the same number of rows, the same run() with its decorators, the same
columns of output, written by pyarrow to one file. It may use all cores where pyarrow and numpy do so by themselves. It is
spared what the engine is for: worker processes, checkpoints, checksums, retries, a look at what is missing, an fsync at
the end. Its whole time counts, from the start of the interpreter to its end, as the engine's does.
"""

import argparse
import importlib.util
import os
import sys

packages = os.environ.get("SCORESTACK_BATCH_PACKAGES")
if packages:
    sys.path.append(packages)

import numpy  # noqa: E402
import pyarrow  # noqa: E402
import pyarrow.csv  # noqa: E402
import pyarrow.parquet  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--mini-batch-size", type=int, required=True)
    options = parser.parse_args()
    script = load_script()
    script.init()
    takes_frame = hasattr(script.SAMPLE_INPUT, "columns")
    writer, first = None, 0
    for batch in mini_batches(options.input, options.mini_batch_size):
        reply = script.run(batch.to_pandas() if takes_frame else matrix(batch))
        table = predictions(options.input, first, reply)
        writer = writer or writer_of(options.output, table.schema)
        writer.write_table(table)
        first += batch.num_rows
    writer.close()
    print(f"{first} rows")


def load_script():
    path = os.path.join(os.environ["AML_APP_ROOT"], os.environ["AZUREML_ENTRY_SCRIPT"])
    spec = importlib.util.spec_from_file_location("entry_module", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mini_batches(path, size):
    """pyarrow's stream of blocks, cut to tables of `size` rows."""
    if path.endswith(".parquet"):
        blocks = pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=size)
    else:
        blocks = pyarrow.csv.open_csv(path)
    held, rows = [], 0
    for block in blocks:
        held, rows = [*held, block], rows + block.num_rows
        while rows >= size:
            table = pyarrow.Table.from_batches(held)
            yield table.slice(0, size)
            held, rows = table.slice(size).to_batches(), rows - size
    if rows:
        yield pyarrow.Table.from_batches(held)


def matrix(table):
    return numpy.column_stack([column.to_numpy() for column in table.columns])


def predictions(name, first, reply):
    rows = pyarrow.array(range(first, first + len(reply)))
    if isinstance(reply[0], dict):
        columns = {key: pyarrow.array([item[key] for item in reply]) for key in reply[0]}
    else:
        columns = {"prediction": pyarrow.array(reply)}
    return pyarrow.table({"input": pyarrow.repeat(name, len(reply)), "row": rows, **columns})


def writer_of(path, schema):
    if path.endswith(".parquet"):
        return pyarrow.parquet.ParquetWriter(path, schema)
    return pyarrow.csv.CSVWriter(path, schema)


if __name__ == "__main__":
    main()
