import { strict as assert } from "node:assert";
import { explainFailure, userTraceback } from "../../provider/service/failure";

const bundle = { app: "/store/bundles/abc/app", sources: { "app/score.py": "scorers/demo/score.py" } };
const initFailure = [
  "Initializing logger",
  "2026-11-22 ERROR azmlinfsrv - User's init function failed",
  "2026-11-22 ERROR azmlinfsrv - Encountered Exception Traceback (most recent call last):",
  '  File "/env/lib/python3.11/site-packages/azureml_inference_server_http/server/user_script.py", line 121, in invoke_init',
  "    self._user_init()",
  '  File "/store/bundles/abc/app/score.py", line 7, in init',
  '    model = load("nope")',
  '  File "/env/lib/python3.11/site-packages/joblib.py", line 5, in load',
  "    raise FileNotFoundError(path)",
  "FileNotFoundError: nope",
  "",
  "The above exception was the direct cause of the following exception:",
  "",
  "Traceback (most recent call last):",
  '  File "/env/…/aml_blueprint.py", line 91, in setup',
  "azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception from the user script",
];

describe("the cause of a failed release", () => {
  it("is the scorer's own traceback, from its first line on, with the user's own file names", () => {
    assert.deepEqual(userTraceback(initFailure, bundle), [
      "Traceback:",
      '  File "scorers/demo/score.py", line 7, in init',
      '    model = load("nope")',
      '  File "/env/lib/python3.11/site-packages/joblib.py", line 5, in load',
      "    raise FileNotFoundError(path)",
      "FileNotFoundError: nope",
    ]);
  });

  it("is not what another package says of the user's files", () => {
    const other = [
      "Traceback (most recent call last):",
      '  File "/env/lib/python3.11/site-packages/azureml_inference_server_http/server/appinsights_client.py", line 230',
      "NotADirectoryError: [Errno 20] Not a directory: '/store/bundles/abc/app/azureml-models/a/1/b.joblib'",
    ];
    assert.equal(userTraceback(other, bundle), undefined);
    assert.deepEqual(userTraceback([...other, ...initFailure], bundle), userTraceback(initFailure, bundle));
  });

  it("is a syntax error at its file and line, though no frame of the scorer ran", () => {
    const log = [
      "Traceback (most recent call last):",
      '  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed',
      '  File "/store/bundles/abc/app/score.py", line 3',
      "    def run(data)",
      "                 ^",
      "SyntaxError: expected ':'",
    ];
    assert.deepEqual(userTraceback(log, bundle), [
      "Traceback:",
      '  File "scorers/demo/score.py", line 3',
      "    def run(data)",
      "                 ^",
      "SyntaxError: expected ':'",
    ]);
  });

  it("is each sample request that was answered wrongly, with the scorer's traceback when it raised", () => {
    const log = `Encountered Exception: Traceback (most recent call last):\n  File "/store/bundles/abc/app/score.py", line 9, in run\n    1 / 0\nZeroDivisionError: division by zero`;
    const boot = {
      failures: [
        { sample: "one.json", problem: "expected status 200, got 500", log },
        { sample: "two.json", problem: "$[0]: expected 1, got 2", log: "" },
      ],
    };
    const failure = { serial: 1, revision: 1, problem: "exit code 3", boot, log: [] };
    assert.equal(
      explainFailure(failure, bundle),
      [
        "sample request one.json: expected status 200, got 500",
        "Traceback:",
        '  File "scorers/demo/score.py", line 9, in run',
        "    1 / 0",
        "ZeroDivisionError: division by zero",
        "sample request two.json: $[0]: expected 1, got 2",
      ].join("\n"),
    );
  });

  it("is what was raised when no line of the scorer is in the traceback of a sample", () => {
    const log = `Encountered Exception: Traceback (most recent call last):\n  File "/env/lib/json.py", line 9, in dumps\n    x\nTypeError: Object of type ndarray is not JSON serializable`;
    const boot = { failures: [{ sample: "one.json", problem: "expected status 200, got 500", log }] };
    const failure = { serial: 1, revision: 1, problem: "exit code 3", boot, log: [] };
    assert.equal(
      explainFailure(failure, bundle),
      "sample request one.json: expected status 200, got 500\ncause: TypeError: Object of type ndarray is not JSON serializable",
    );
  });

  it("is where the scorer was when its process crashed outside Python", () => {
    const log = [
      "Fatal Python error: Aborted",
      "",
      "Thread 0x00007f21886306c0 (most recent call first):",
      '  File "/env/lib/python3.11/selectors.py", line 468 in select',
      "",
      "Current thread 0x00007f219cc37b80 (most recent call first):",
      '  File "/env/lib/python3.11/site-packages/native.py", line 5 in predict',
      '  File "/store/bundles/abc/app/score.py", line 29 in run',
      '  File "/store/bundles/abc/server/turns.py", line 58 in serve',
      '  File "<frozen runpy>", line 88 in _run_code',
      "",
      "Extension modules: numpy.core (total: 1)",
      "E gunicorn.error - Worker (pid:2584) was sent SIGABRT!",
    ];
    const failure = { serial: 1, revision: 1, problem: "the server ended (exit code 3)", boot: null, log };
    assert.equal(
      explainFailure(failure, bundle),
      [
        "the server ended (exit code 3)",
        "Fatal Python error: Aborted",
        "Traceback (most recent call first):",
        '  File "/env/lib/python3.11/site-packages/native.py", line 5 in predict',
        '  File "scorers/demo/score.py", line 29 in run',
      ].join("\n"),
    );
  });

  it("is the last lines of the log when there is no traceback of the scorer", () => {
    const failure = {
      serial: 1,
      revision: 1,
      problem: "the server ended before it was ready (signal SIGKILL)",
      boot: null,
      log: ["a", "b"],
    };
    assert.equal(explainFailure(failure, bundle), `${failure.problem}\nlast lines of its log:\na\nb`);
  });
});
