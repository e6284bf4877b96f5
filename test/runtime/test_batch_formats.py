"""What the batch engine reads, how rows get to run(), and what it writes."""

import gzip
import json
import subprocess
import sys

from batch_run import ENGINE, PACKAGES, BatchCase

ECHO = """
import json
def init(): pass
def run(text):
    return [json.dumps(row) for row in json.loads(text)["data"]]
"""
MATRIX = """
@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
def run(data):
    assert data.dtype == np.float64, data.dtype
    return (data[:, 0] - data[:, 1]).tolist()
"""
FRAME = """
@input_schema("data", PandasParameterType(pd.DataFrame({"a": [1.0], "name": ["x"], "n": [1]})))
def run(data):
    assert list(data.columns) == ["a", "name", "n"], data.columns
    return [{"text": f"{row.name_}|{type(row.name_).__name__}", "sum": row.a + row.n}
        for row in data.rename(columns={"name": "name_"}).itertuples()]
"""


class Texts:
    def test_csv_to_a_matrix_in_the_order_of_the_file(self):
        self.schema_script(MATRIX)
        self.write("in.csv", "second,first\n5,3\n1.5,1\n")
        self.assertEqual(list(map(float, self.column(rows=self.run_well("--input", "in.csv")))), [2, 0.5])

    def test_chosen_columns_in_the_order_in_which_they_are_named(self):
        self.schema_script(MATRIX)
        self.write("in.csv", "id,b,a\nx,5,3\n")
        self.write("in.jsonl", '{"id": "y", "b": 5, "a": 3}\n')
        rows = self.run_well("--input", "in.csv", "in.jsonl", "--columns", "a,b")
        self.assertEqual(list(map(float, self.column(rows=rows))), [-2, -2])

    def test_csv_to_a_frame_by_the_names_of_columns(self):
        self.schema_script(FRAME)
        self.write("in.csv", "n,extra,name,a\n1,z,007,2\n2,z,b,3\n")
        rows = self.run_well("--input", "in.csv")
        self.assertEqual(self.column("text", rows), ["007|str", "b|str"])
        self.assertEqual(list(map(float, self.column("sum", rows))), [3, 5])

    def test_json_lines_to_a_frame(self):
        self.schema_script(FRAME)
        self.write("in.jsonl", '{"a": 1, "name": "x", "n": 2}\n\n{"n": 3, "a": 0.5, "name": "y"}')
        rows = self.run_well("--input", "in.jsonl")
        self.assertEqual(self.column("text", rows), ["x|str", "y|str"])
        self.assertEqual(list(map(float, self.column("sum", rows))), [3, 3.5])

    def test_json_lines_of_lists_to_a_matrix(self):
        self.schema_script(MATRIX)
        self.write("in.jsonl", "[5, 3]\n[1, 2]\n")
        self.assertEqual(list(map(float, self.column(rows=self.run_well("--input", "in.jsonl")))), [2, -1])

    def test_a_list_of_objects(self):
        sample = 'StandardPythonParameterType([{"a": 1.0, "b": "x"}])'
        self.schema_script(
            f'@input_schema("data", {sample})\ndef run(data): return [row["b"] * int(row["a"]) for row in data]\n'
        )
        self.write("in.csv", "b,a\nx,3\ny,2\n")
        self.assertEqual(self.column(rows=self.run_well("--input", "in.csv")), ["xxx", "yy"])

    def test_a_list_of_values_of_the_only_column(self):
        self.schema_script(
            '@input_schema("data", StandardPythonParameterType(["a"]))\ndef run(data): return [x + "!" for x in data]\n'
        )
        self.write("in.csv", "text\nhello\nyou\n")
        self.assertEqual(self.column(rows=self.run_well("--input", "in.csv")), ["hello!", "you!"])

    def test_several_parameters(self):
        self.schema_script(
            '@input_schema("points", NumpyParameterType(np.array([[1.0, 2.0]])))\n'
            '@input_schema("weight", NumpyParameterType(np.array([1.0])))\n'
            "def run(points, weight): return (points.sum(axis=1) * weight).tolist()\n"
        )
        self.write("in.csv", "weight,a,b\n2,1,2\n3,1,1\n")
        self.write("in.jsonl", '{"points": [1, 2], "weight": 2}\n{"points": [1, 1], "weight": 3}\n')
        rows = self.run_well("--input", "in.csv", "in.jsonl")
        self.assertEqual(list(map(float, self.column(rows=rows))), [6, 6, 6, 6])

    def test_a_parameter_that_is_one_value_makes_rows_go_one_by_one(self):
        self.schema_script(
            '@input_schema("text", StandardPythonParameterType("x"))\n'
            '@input_schema("times", StandardPythonParameterType(1), optional=True)\n'
            "def run(text, times=2): return text * times\n"
        )
        self.write("in.csv", "text\nab\nc\n")
        self.write("more.csv", "text,times\nab,3\n")
        self.assertEqual(self.column(rows=self.run_well("--input", "in.csv", "more.csv")), ["abab", "cc", "ababab"])

    def test_an_object_of_typed_parts(self):
        sample = 'StandardPythonParameterType({"x": NumpyParameterType(np.array([[1.0, 2.0]]))})'
        self.schema_script(
            f'@input_schema("inputs", {sample})\ndef run(inputs): return inputs["x"].sum(axis=1).tolist()\n'
        )
        self.write("in.csv", "a,b\n1,2\n3,4\n")
        self.assertEqual(list(map(float, self.column(rows=self.run_well("--input", "in.csv")))), [3, 7])

    def test_without_a_schema_run_gets_the_text_that_the_server_would_get(self):
        self.script(ECHO)
        self.write("in.csv", "a,b,c,d\n1,2.5,x,\n1,2.5,y,2020-01-02\n")
        self.write("in.jsonl", '[1, "x", null]\n{"a": {"b": [1]}}\n')
        rows = self.run_well("--input", "in.csv", "in.jsonl", "--mini-batch-size", 1)
        read = [json.loads(text) for text in self.column(rows=rows)]
        self.assertEqual(read, [[1, 2.5, "x", None], [1, 2.5, "y", "2020-01-02"], [1, "x", None], {"a": {"b": [1]}}])

    def test_quotes_line_ends_in_values_blank_lines_and_a_mark_of_the_byte_order(self):
        self.script(ECHO)
        content = '\ufeffa,"b, c"\r\n1,"two\nlines, ""quoted"""\r\n\r\n\n2,"x"\r\n3,"\n\n\n"\r\n4,y'
        self.write("in.csv", content.encode("utf-8"))
        for size in (1, 2, 3, 10):
            rows = self.run_well("--input", "in.csv", "--mini-batch-size", size, "--restart")
            read = [json.loads(text) for text in self.column(rows=rows)]
            self.assertEqual(read, [[1, 'two\nlines, "quoted"'], [2, "x"], [3, "\n\n\n"], [4, "y"]])
            self.assertEqual(self.column("row", rows), ["0", "1", "2", "3"])

    def test_compressed_texts(self):
        self.write("in.csv.gz", gzip.compress(b"x\n1\n2\n"))
        self.write("in.jsonl.gz", gzip.compress(b"[3]\n"))
        self.assertEqual(self.column(rows=self.run_well("--input", "in.csv.gz", "in.jsonl.gz")), ["2", "4", "6"])

    def test_folders_and_files_in_their_order(self):
        for name, value in (("b/2.csv", 2), ("b/1.csv", 1), ("b/deep/3.jsonl", 3), ("b/_SUCCESS", 0), ("b/.x.csv", 0)):
            self.write(name, f"x\n{value}\n" if name.endswith("csv") else f"[{value}]\n")
        self.write("a.csv", "x\n9\n")
        rows = self.run_well("--input", "b", "a.csv", "--workers", 2, "--mini-batch-size", 1)
        self.assertEqual(self.column("input", rows), ["b/1.csv", "b/2.csv", "b/deep/3.jsonl", "a.csv"])
        self.assertEqual(self.column(rows=rows), ["2", "4", "6", "18"])

    def test_an_input_without_rows(self):
        self.write("in.csv", "x\n")
        self.write("in.jsonl", "")
        self.assertEqual(self.run_well("--input", "in.csv", "in.jsonl"), [])
        self.assertEqual(self.content(), b"input,row\n")

    def test_replies_of_several_forms(self):
        forms = {
            '{"label": rows, "twice": [2 * row for row in rows]}': ["label", "twice"],
            'json.dumps({"result": rows})': ["prediction"],
            "json.dumps(rows)": ["prediction"],
            "tuple(rows)": ["prediction"],
            '[{"label": row} for row in rows]': ["label"],
            '[{"row": row} for row in rows]': ["prediction.row"],
        }
        self.numbers(3)
        for form, columns in forms.items():
            self.script(
                f"import json\ndef init(): pass\ndef run(text):\n    rows = [row[0] for row in json.loads(text)['data']]\n    return {form}\n"
            )
            rows = self.run_well("--input", "numbers.csv", "--restart")
            self.assertEqual(list(rows[0])[2:], columns)
            self.assertEqual(self.column(columns[0], rows), ["0", "1", "2"])

    def test_a_reply_without_an_item_for_each_row_makes_rows_go_one_by_one(self):
        self.script(
            "import json\ndef init(): pass\ndef run(text): return {'sum': sum(row[0] for row in json.loads(text)['data'])}\n"
        )
        self.numbers(5)
        rows = self.run_well("--input", "numbers.csv", "--mini-batch-size", 2)
        self.assertEqual(self.column("sum", rows), ["0", "1", "2", "3", "4"])
        self.assertEqual(self.said.count("rows go one by one"), 1)

    def test_columns_that_only_some_rows_have_and_values_of_several_kinds(self):
        self.script(
            "import json\ndef init(): pass\ndef run(text):\n"
            "    rows = [row[0] for row in json.loads(text)['data']]\n"
            "    return [{'a': row, 'b': [1, 'x']} if row % 2 else {'c': 'text, \"quoted\"', 'a': 'odd'} for row in rows]\n"
        )
        self.numbers(4)
        for size in (1, 4):
            rows = self.run_well("--input", "numbers.csv", "--mini-batch-size", size, "--restart")
            self.assertEqual(self.column("a", rows), ["odd", "1", "odd", "3"])
            self.assertEqual(self.column("b", rows), ["", '[1, "x"]', "", '[1, "x"]'])
            self.assertEqual(self.column("c", rows), ['text, "quoted"', "", 'text, "quoted"', ""])

    def test_predictions_as_json_lines(self):
        self.script("def init(): pass\ndef run(text): return [{'a': [1, {'b': 'ü'}]}, float('nan')]\n")
        self.numbers(2)
        self.assertEqual(self.run_batch("--input", "numbers.csv", "--output-format", "jsonl"), 0, self.lines())
        lines = [
            json.loads(line, parse_constant=self.fail) for line in self.content("out/predictions.jsonl").splitlines()
        ]
        first = {"input": "numbers.csv", "row": 0, "a": [1, {"b": "ü"}]}
        self.assertEqual(lines, [first, {"input": "numbers.csv", "row": 1, "prediction": None}])

    def test_files_as_bodies_of_requests(self):
        self.script(
            "from azureml_inference_server_http.api.aml_request import rawhttp\n"
            "from azureml_inference_server_http.api.aml_response import AMLResponse\n"
            "def init(): pass\n@rawhttp\ndef run(request):\n"
            "    body = request.get_data()\n"
            "    if body == b'bad': return AMLResponse({'message': 'not so'}, 415, json_str=True)\n"
            "    return {'size': len(body), 'method': request.method}\n"
        )
        for name in ("c", "a", "b"):
            self.write(f"bodies/{name}.png", "bad" if name == "b" else name * 3)
        rows = self.run_well("--input", "bodies", "--mini-batch-size", 2)
        self.assertEqual(
            [(row["input"], row["row"], row["size"]) for row in rows],
            [("bodies/a.png", "0", "3"), ("bodies/c.png", "0", "3")],
        )
        self.assertEqual(self.failures(), [{"input": "bodies/b.png", "row": 0, "reason": "status 415: not so"}])
        self.numbers(1)
        self.assertIn(
            "run() takes requests (@rawhttp), got 'numbers.csv' with rows",
            self.refused("--input", "numbers.csv", "--output", "o"),
        )

    def test_files_with_requests_for_a_scorer_of_data(self):
        self.schema_script(MATRIX)
        self.write("requests/1.json", '{"data": [[3, 1], [5, 1]]}')
        self.write("requests/2.json", "{}")
        self.assertEqual(self.column(rows=self.run_well("--input", "requests")), ["[2.0, 4.0]"])
        self.assertEqual(self.failures()[0]["input"], "requests/2.json")

    def test_bad_values_and_torn_lines_fail_alone(self):
        self.schema_script(MATRIX)
        self.write("in.csv", "a,b\n1,2\n1,x\n1\n5,3\n1,2,3\n7,1\n")
        rows = self.run_well("--input", "in.csv")
        self.assertEqual([(row["row"], float(row["prediction"])) for row in rows], [("0", -1), ("3", 2), ("5", 6)])
        self.assertEqual([failure["row"] for failure in self.failures()], [1, 2, 4])

    def test_columns_that_do_not_fit_are_told_before_anything_is_scored(self):
        self.schema_script(FRAME)
        self.write("good.csv", "a,name,n\n1,x,1\n")
        self.write("bad.csv", "a,n\n1,1\n")
        self.write("worse.jsonl", '{"b": 1}\n')
        lines = self.refused("--input", "good.csv", "bad.csv", "worse.jsonl").splitlines()
        self.assertEqual(
            lines,
            ["'bad.csv' must have the columns name, got a, n", "'worse.jsonl' must have the columns a, name, n, got b"],
        )
        self.schema_script(MATRIX)
        self.write("wide.csv", "id,a,b\nx,1,2\n")
        said = self.refused("--input", "wide.csv")
        self.assertEqual(
            said, "'wide.csv' must have 2 columns for 'data', got 3: id, a, b; name those that count with '--columns'"
        )

    def test_what_is_no_table_is_refused(self):
        self.write("empty.csv", "")
        self.write("bare.csv", "1,2\n3,4\n")
        self.write("twice.csv", "a,a\n3,4\n")
        self.write("bad.jsonl", "{a}\n")
        lines = self.refused("--input", "empty.csv", "bare.csv", "twice.csv", "bad.jsonl").splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("'bare.csv' must be csv: the first line must name the columns, got 1, 2", lines)
        self.write("x.png", "")
        self.numbers(1)
        self.assertIn("must be tables or single files, not both", self.refused("--input", "x.png", "numbers.csv"))


class WithPyarrow(Texts, BatchCase):
    def arrow(self, code):
        subprocess.run([sys.executable, "-c", code], cwd=self.folder, env={"PYTHONPATH": PACKAGES}, check=True)

    def test_parquet_in_and_out(self):
        self.schema_script(FRAME)
        self.arrow(
            "import pyarrow as pa, pyarrow.parquet as q\n"
            "n = 1000\n"
            "t = pa.table({'n': range(n), 'name': [str(i) for i in range(n)], 'a': [0.5] * n, 'id': range(n)})\n"
            "q.write_table(t, 'in.parquet', row_group_size=37)\n"
        )
        options = ("--mini-batch-size", 64, "--workers", 2, "--output-format", "parquet")
        self.assertEqual(self.run_batch("--input", "in.parquet", *options), 0, self.lines())
        self.arrow(
            "import pyarrow.parquet as q\n"
            "t = q.read_table('out/predictions.parquet')\n"
            "assert t.column_names == ['input', 'row', 'text', 'sum'], t.schema\n"
            "assert t['row'].to_pylist() == list(range(1000))\n"
            "assert t['sum'].to_pylist() == [i + 0.5 for i in range(1000)]\n"
        )

    def test_types_of_predictions_are_joined_in_parquet(self):
        self.script(
            "import json\ndef init(): pass\ndef run(text):\n"
            "    rows = [row[0] for row in json.loads(text)['data']]\n"
            "    return [{'a': None if row == 0 else row if row == 1 else 0.5, **({'b': [row]} if row == 2 else {})} for row in rows]\n"
        )
        self.numbers(3)
        options = ("--mini-batch-size", 1, "--output-format", "parquet")
        self.assertEqual(self.run_batch("--input", "numbers.csv", *options), 0, self.lines())
        self.arrow(
            "import pyarrow.parquet as q\n"
            "t = q.read_table('out/predictions.parquet')\n"
            "assert t['a'].to_pylist() == [None, 1, 0.5] and t['b'].to_pylist() == [None, None, [2]], t\n"
        )

    def test_a_missing_number_in_a_column_of_whole_numbers_fails_alone(self):
        self.schema_script(
            '@input_schema("data", NumpyParameterType(np.array([[1]])))\ndef run(data): return data[:, 0].tolist()\n'
        )
        self.arrow(
            "import pyarrow as pa, pyarrow.parquet as q\nq.write_table(pa.table({'x': [1, None, 3]}), 'in.parquet')\n"
        )
        self.assertEqual(self.column(rows=self.run_well("--input", "in.parquet")), ["1", "3"])
        self.assertEqual([failure["row"] for failure in self.failures()], [1])

    def test_the_entry_for_azure_ml(self):
        self.schema_script(MATRIX)
        self.write("1.csv", "a,b\n3,1\n1,x\n")
        self.write("2.jsonl", "[7, 2]\n")
        code = (
            f"import sys; sys.path.insert(0, {ENGINE!r})\nimport azureml_entry\nazureml_entry.init()\n"
            "table = azureml_entry.run(sys.argv[1:3])\nprint(table.to_dict(orient='list'))\n"
            "try:\n    azureml_entry.run(['/none.csv'])\nexcept RuntimeError as problem:\n    print(problem)\n"
        )
        environment = {
            "AML_APP_ROOT": self.path("app"),
            "AZUREML_ENTRY_SCRIPT": "score.py",
            "SCORESTACK_BATCH_PACKAGES": PACKAGES,
        }
        argv = [sys.executable, "-c", code, self.path("1.csv"), self.path("2.jsonl")]
        ended = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
        table, refusal = ended.stdout.splitlines()
        inputs = [self.path("1.csv"), self.path("2.jsonl")]
        self.assertEqual(table, str({"input": inputs, "row": [0, 0], "prediction": [2.0, 5.0]}))
        self.assertIn("none of 1 rows could be scored", refusal)
        self.assertEqual(json.loads(ended.stderr.splitlines()[0])["row"], 1)


class WithoutPyarrow(Texts, BatchCase):
    has_pyarrow = False

    def test_parquet_is_refused(self):
        self.write("in.parquet", "PAR1")
        said = self.refused("--input", "in.parquet")
        self.assertEqual(
            said,
            "'in.parquet' must be parquet: Parquet needs pyarrow in the image: add pyarrow to its conda.yml, or give CSV or JSON lines",
        )
        self.numbers(1)
        self.assertIn(
            "needs pyarrow in the image", self.refused("--input", "numbers.csv", "--output-format", "parquet")
        )
