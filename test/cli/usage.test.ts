import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { RunError } from "@pulumi/pulumi";
import * as path from "node:path";
import { stackIn } from "../../cli/commands/pulumi";
import { describeError, Interrupted, UsageError } from "../../cli/errors";
import { outputAt, renderOutputs } from "../../cli/output/outputs";
import { requestOf } from "../../cli/score";
import { type Answer, answerOf } from "../support/clone";

const root = path.resolve(__dirname, "../..");

/** The real command line, as far as it goes without a stack. */
describe("the command line", function () {
  this.timeout(30_000);
  const call = (...args: string[]): Promise<Answer> => {
    const env = { ...process.env, NO_COLOR: "1" };
    const launcher = path.join(root, "cli/launch.cjs");
    return answerOf(
      spawn(process.execPath, [launcher, ...args], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] }),
    );
  };

  for (const [args, said] of [
    [["nope"], /unknown command 'nope'/],
    [["up", "--nope"], /unknown option '--nope'/],
    [["up"], /'up' must be confirmed, and there is no terminal to ask on; add --yes/],
    [["refresh"], /'refresh' must be confirmed/],
    [["down"], /'down' must be confirmed/],
    [["rollback"], /'rollback' must be confirmed/],
    [["rollback", "--to", "0"], /'--to' must be a whole number of at least 1, got '0'/],
    [["rollback", "--undo", "--to", "1"], /only one of '--to', '--list' and '--undo'/],
    [["rotate-key"], /'rotate-key' must be confirmed/],
    [["prune"], /'prune' must be confirmed/],
    [["prune", "--keep", "-1", "--yes"], /'--keep' must be a whole number of at least 0, got '-1'/],
    [["logs", "--lines", "x"], /'--lines' must be a whole number of at least 0, got 'x'/],
    [["preview", "--stack", "a b"], /'--stack' must be 1 to 100 of/],
    [["preview", "--report", "x.pdf"], /'--report' must be a file that ends in \.md, \.html, \.json, got 'x\.pdf'/],
    [["preview", "--base", "main"], /'--base' must come with '--report'/],
    [
      ["preview", "--report", "x.md", "--base", "no-such-revision"],
      /'--base' must be a revision that git knows here, got 'no-such-revision'; fetch it first/,
    ],
    [["score", "--data", "{"], /'--data' must be JSON, got \{/],
    [["score", "--data", "1", "--file", "x"], /only one of '--data', '--file' and '--sample'/],
    [["score", "--file", "no-such-file"], /'--file' must be a file that can be read, got .*no-such-file \(ENOENT\)/],
    [["simulate"], /one of '--trace' and '--rps' must be given; leave out the other/],
    [["simulate", "--rps", "-1"], /'--rps' must be a number from 0\.001 to 1000000, got '-1'/],
    [
      ["simulate", "--rps", "1"],
      /one of '--seconds-per-request' and '--profile' must be given; npm run profile makes one/,
    ],
    [["simulate", "--trace", "no-such-file"], /'--trace' must be a file that can be read, got no-such-file \(ENOENT\)/],
    [
      ["simulate", "--rps", "1", "--seconds-per-request", "1", "--min-replicas", "11"],
      /'--min-replicas' must be at most '--max-replicas', got 11 and 10/,
    ],
    [
      ["profile", "no-such-scorer"],
      /'service' must be a service that runs here, or one of the scorers diabetes, .*got 'no-such-scorer'/,
    ],
    [["profile", "diabetes", "--requests", "3"], /'--requests' must be a whole number of at least 20, got '3'/],
    [["batch", "--output", "x"], /'--scorer' must be given, or .*, got none\n'--input' must be given/],
    [["new-scorer"], /missing required argument 'name'/],
    [["new-scorer", "X"], /'name' must be 3 to 32 of/],
  ] as const) {
    it(`refuses '${args.join(" ")}' with exit code 2 and says why`, async () => {
      const { code, stdout, stderr } = await call(...args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  for (const name of [
    "start",
    "up",
    "preview",
    "watch",
    "refresh",
    "down",
    "outputs",
    "stand-in",
    "status",
    "logs",
    "score",
    "batch",
    "rollback",
    "rotate-key",
    "models",
    "images",
    "prune",
    "profile",
    "simulate",
    "new-scorer",
    "setup",
  ]) {
    it(`explains ${name}, with an example`, async () => {
      const { code, stdout } = await call(name, "--help");
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: npm run ${name} -- `));
      assert.match(stdout, /\nExample:\n {2}npm /);
    });
  }

  it("lists its commands", async () => {
    const { code, stdout } = await call("help");
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: npm run <command> -- \[options\]/);
  });
});

describe("arguments", () => {
  for (const [args, stack] of [
    [["stack", "ls"], "local"],
    [["config", "--stack", "dev"], "dev"],
    [["config", "-s", "dev"], "dev"],
    [["config", "--stack=dev"], "dev"],
    [["config", "--stack"], "local"],
  ] as const) {
    it(`of pulumi ${args.join(" ")} are about stack ${stack}`, () => {
      assert.equal(stackIn(args), stack);
    });
  }

  it("of score make the request", () => {
    const request = requestOf({ stack: "local", data: "[1]" });
    assert.deepEqual(request, {
      method: "POST",
      path: "/score",
      headers: { "Content-Type": "application/json" },
      body: Buffer.from("[1]"),
    });
    assert.equal(requestOf({ stack: "local" }), undefined);
    const file = requestOf({ stack: "local", file: path.join(root, "tsconfig.json") });
    assert.deepEqual(file?.headers, { "Content-Type": "application/json" });
    assert.equal(requestOf({ stack: "local", file: __filename, contentType: "x/y" })?.headers["Content-Type"], "x/y");
    assert.equal(requestOf({ stack: "local", file: __filename })?.headers["Content-Type"], "application/octet-stream");
  });
});

describe("outputs", () => {
  const outputs = { services: { wine: { port: 5001 } }, list: ["a"] };

  it("are found by their path", () => {
    assert.equal(outputAt(outputs, "services.wine.port"), 5001);
    assert.equal(outputAt(outputs, "list.0"), "a");
    assert.equal(outputAt(outputs, "services.beer.port"), undefined);
  });

  it("are lines to read", () => {
    assert.equal(renderOutputs(outputs), "services:\n  wine:\n    port: 5001\nlist:\n  - a");
    assert.equal(renderOutputs({}), "No outputs.");
  });
});

describe("errors", () => {
  it("written for the user stand alone; others say how to see more", () => {
    assert.equal(describeError(new UsageError("'x' must be y")), "'x' must be y");
    assert.equal(describeError(new RunError("image 'x': 'y' must be z")), "image 'x': 'y' must be z");
    assert.equal(new Interrupted().exitCode, 130);
    assert.equal(
      describeError(new TypeError("odd")),
      "odd\nThis should not happen; SCORESTACK_DEBUG=1 shows where it comes from.",
    );
    process.env.SCORESTACK_DEBUG = "1";
    try {
      assert.match(describeError(new UsageError("no")), /usage\.test\.ts/);
    } finally {
      delete process.env.SCORESTACK_DEBUG;
    }
  });
});
