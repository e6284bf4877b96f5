import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeReport } from "../../../cli/report/make";
import { addressHour, clusterHour, nodeDiskMonth, nodeHour, registryDay } from "../../../cli/report/prices";
import { listPrices } from "../../../cli/simulation/price";
import { editedImage, eventsOf, held, noSources, reportOf, resizedGroup, said, type Step, unknown } from "./events";

/** What a report makes of the engine's events. Does not prove that the engine sends these: `test/engine/report.test.ts` does. */
describe("a report", () => {
  const group = "azure-native:containerinstance:ContainerGroup";
  const run = { of: "ModelImage wine", type: "command:local:Command", name: "wine" };

  const summaries: readonly (readonly [what: string, steps: readonly Step[], summary: string])[] = [
    ["nothing", [{ type: "scorestack:local:Model", name: "m", op: "same" }], "Nothing moves."],
    ["an edited file", editedImage("wine"), "1 service moves, without downtime; 1 image rebuilt; nothing is deleted."],
    [
      "two of them",
      [...editedImage("wine"), ...editedImage("beer")],
      "2 services move, none with downtime; 2 images rebuilt; nothing is deleted.",
    ],
    [
      "another size of a container group",
      resizedGroup("wine"),
      "1 service moves, away for 1 to 5 minutes; 1 resource is deleted and made anew.",
    ],
    [
      "a container group in place",
      [{ of: "AciService wine", type: group, name: "wine", diff: { "containers[0].image": "update" } }],
      "1 service moves, interrupted by a restart; nothing is deleted.",
    ],
    [
      "a new and a deleted service",
      [
        { of: "LocalService a", type: "scorestack:local:Service", name: "a", op: "create" },
        { of: "LocalService b", type: "scorestack:local:Service", name: "b", op: "delete" },
      ],
      "1 service is new, 1 service is deleted; 1 resource is deleted.",
    ],
    [
      "a command that runs again",
      [
        { ...run, op: "create-replacement", diff: { "triggers[0]": "update-replace" } },
        { ...run, op: "replace", diff: { "triggers[0]": "update-replace" } },
        { ...run, op: "delete-replaced" },
      ],
      "no service moves; 1 image changed; nothing is deleted.",
    ],
    [
      "a node pool of another size, the new one first",
      ["create-replacement", "replace", "delete-replaced"].map((op) => ({
        of: "AksCluster cluster",
        type: "azure-native:containerservice:AgentPool",
        name: "cluster-pool-gpu",
        op,
      })),
      "no service moves; 1 pool replaced; 1 resource is replaced, the new one first.",
    ],
    [
      "an address on its own",
      ["delete-replaced", "replace", "create-replacement"].map((op) => ({
        type: "azure-native:network:PublicIPAddress",
        name: "front",
        op,
        oldOutputs: { ipAddress: "192.0.2.1" },
        outputs: { ipAddress: unknown },
      })),
      "no service moves; 1 public address deleted and made anew; 1 address changes; 1 resource is deleted and made anew.",
    ],
  ];
  for (const [what, steps, summary] of summaries) {
    it(`says of ${what}: ${summary}`, () => {
      assert.equal(reportOf(steps).summary, summary);
    });
  }

  it("names what moved what, and leaves out what follows from two steps", () => {
    const image = editedImage("wine");
    const model: Step = {
      of: "RegisteredModel cultivar",
      type: "scorestack:local:Model",
      name: "cultivar",
      old: { source: "scorers/wine/model/c.joblib", digest: "1".repeat(64), sizeInBytes: 10 },
      next: { source: "scorers/wine/model/c.joblib", digest: "2".repeat(64), sizeInBytes: 20 },
      diff: { digest: "update" },
    };
    const urn = "urn:pulumi:test::scorestack::scorestack:index:RegisteredModel$scorestack:local:Model::cultivar";
    const steps = [model, ...image].map((step) =>
      step.type === "scorestack:local:Image"
        ? { ...step, from: { identity: [urn] } }
        : step.type === "scorestack:local:Service"
          ? { ...step, from: { imageIdentity: [...(step.from?.imageIdentity ?? []), urn] } }
          : step,
    );
    const report = reportOf(steps);
    assert.deepEqual(
      report.edges.map(({ from, to }) => `${from} → ${to}`),
      [
        "file/scorers/wine/model/c.joblib → model/cultivar",
        "file/scorers/wine/score.py → image/wine",
        "image/wine → service/wine",
        "model/cultivar → image/wine",
      ],
    );
    assert.deepEqual(report.push.items[1], { unit: "model/cultivar", layer: "upload", bytes: 20 });
    assert.equal(report.push.isPushed, false);
  });

  it("draws no arrow for a property that stays as it is", () => {
    const steps = editedImage("wine").map((step) =>
      step.type === "scorestack:local:Service" ? { ...step, diff: { workers: "update" } } : step,
    );
    assert.deepEqual(reportOf(steps).edges, [{ from: "file/scorers/wine/score.py", to: "image/wine" }]);
  });

  it("puts first what is replaced, with its settings, its absence, and what it costs", () => {
    const report = reportOf([...editedImage("beer"), ...resizedGroup("wine")]);
    const [first] = report.units;
    assert.equal(first?.title, "Service wine");
    assert.deepEqual(first.interruption, { kind: "away", text: "1 to 5 minutes" });
    assert.deepEqual(first.reasons, [{ text: "cpuCores: default → 2", isSetting: true }]);
    assert.deepEqual(report.addresses, []);
    assert.deepEqual(report.cost.items, [{ unit: "service/wine", what: "ContainerGroup", old: 34.44, new: 64 }]);
    assert.equal(report.cost.monthlyChange, 29.56);
  });

  it("says that a changed module starts again on each device, and none for a changed target", () => {
    const ring = { of: "EdgeModuleDeployment press", type: "scorestack:edge:Configuration", name: "press-ring-rest" };
    const module = 'modulesContent.$edgeAgent["properties.desired.modules.wine"].settings.image';
    const waits = (diff: Readonly<Record<string, string>>) =>
      reportOf([{ ...ring, old: { priority: 10 }, next: { priority: 11 }, diff }]).units[0]?.interruption.text;
    assert.equal(waits({ [module]: "update" }), "while the module starts again on each device");
    assert.equal(waits({ priority: "update" }), "");
  });

  it("counts by what happens, without components and providers", () => {
    const { counts } = reportOf([...editedImage("wine"), { ...run, op: "replace" }, ...resizedGroup("beer")]);
    assert.deepEqual(counts, { create: 0, update: 3, replace: 1, delete: 0, runAgain: 1, same: 0 });
  });

  it("prices no half of a change", () => {
    const pool = { of: "AksCluster c", type: "azure-native:containerservice:AgentPool", name: "c-pool" };
    const sizes = { old: { vmSize: "Standard_D4s_v5", count: 2 }, next: { vmSize: "Standard_X1", count: 2 } };
    const { cost } = reportOf([{ ...pool, ...sizes, diff: { vmSize: "update" } }]);
    assert.deepEqual([cost.items, cost.monthlyChange], [[], 0]);
    assert.deepEqual(cost.unpriced, ["Node pool c-pool: nodes of Standard_X1"]);
  });

  it("prices by the table of docs/costs.md", () => {
    const page = fs.readFileSync(path.resolve("docs/costs.md"), "utf8");
    const tables: readonly Readonly<Record<string, number>>[] = [nodeHour, registryDay, clusterHour, listPrices];
    const prices = [nodeDiskMonth, addressHour, ...tables.flatMap((table) => Object.values(table))];
    assert.deepEqual(
      prices.filter((price) => !page.includes(String(price))),
      [],
    );
  });

  describe("tells addresses", () => {
    const service = (diff: Record<string, string>, old: string, next: string, op = "update"): Step[] => [
      {
        type: "scorestack:index:AciService",
        name: "wine",
        op: "same",
        oldOutputs: { scoringUri: old },
        outputs: { scoringUri: next },
      },
      { of: "AciService wine", type: group, name: "wine", op, diff },
    ];
    const image = { "containers[0].image": "update" };
    for (const [what, steps, told] of [
      ["that stay by their name", service(image, "http://wine.test/score", unknown), []],
      ["without a name, after a restart", service(image, "http://192.0.2.4/score", unknown), ["may change"]],
      ["whose label changes", service({ "ipAddress.dnsNameLabel": "update" }, "http://a.test/", unknown), ["changes"]],
      ["that are known to be others", service(image, "http://a.test/", "http://b.test/"), ["changes"]],
      ["of a new service", service({}, "", "http://b.test/", "create"), ["new"]],
      [
        "of probes, which are none",
        service({ "containers[0].livenessProbe.httpGet.port": "update" }, "http://a.test/", unknown),
        [],
      ],
    ] as const) {
      it(what, () => {
        assert.deepEqual(
          reportOf(steps).addresses.map(({ status }) => status),
          told,
        );
      });
    }
  });

  describe("knows edited files", () => {
    const [old, next] = ["1".repeat(64), "2".repeat(64)];
    const azure: Step[] = [
      {
        type: "scorestack:index:ModelImage",
        name: "wine",
        op: "same",
        old: {
          executionScript: "scorers/wine/score.py",
          condaFile: "scorers/wine/conda.yml",
          dependencies: ["scorers/wine/lib"],
        },
        oldOutputs: { identity: old },
        outputs: { identity: next },
      },
      {
        of: "ModelImage wine",
        type: "command:local:Command",
        name: "wine",
        op: "replace",
        diff: { "triggers[0]": "update-replace" },
      },
    ];
    const part = (letter: string, sizeInBytes: number) => ({ sha256: letter, sizeInBytes });

    it("by the hashes in the state", () => {
      const { files } = reportOf(editedImage("wine", ["score.py", "lib.py"]));
      assert.deepEqual(
        files.moving.map(({ path: at, evidence }) => [at, evidence]),
        [
          ["scorers/wine/lib.py", "state"],
          ["scorers/wine/score.py", "state"],
        ],
      );
    });

    it("by the old image's build context, with the layers that change", () => {
      const contexts = new Map([
        [
          old,
          new Map([
            ["app/score.py", part("a", 5)],
            ["app/lib/x.py", part("a", 7)],
            ["server/front.py", part("a", 9)],
            ["requirements.txt", part("a", 1)],
          ]),
        ],
        [
          next,
          new Map([
            ["app/score.py", part("a", 5)],
            ["app/lib/x.py", part("b", 8)],
            ["server/front.py", part("c", 9)],
            ["requirements.txt", part("b", 1)],
          ]),
        ],
      ]);
      const { files, push } = reportOf(azure, {}, { ...noSources, context: (identity) => contexts.get(identity) });
      assert.deepEqual(
        files.moving.map(({ path: at, evidence }) => [at, evidence]),
        [
          ["runtime/front.py", "build context"],
          ["scorers/wine/conda.lock", "build context"],
          ["scorers/wine/lib/x.py", "build context"],
        ],
      );
      assert.deepEqual(
        push.items.map(({ layer, bytes }) => [layer, bytes]),
        [
          ["Python environment", null],
          ["server", 9],
          ["app", 8],
        ],
      );
      assert.deepEqual([push.isPushed, push.isLeast, push.isMost, push.totalBytes], [true, true, false, 17]);
    });

    it("by git, where no hash is at hand", () => {
      const edited = ["README.md", "scorers/beer/score.py", "scorers/wine/lib/x.py", "stacks/dev.ts"];
      const { files, push } = reportOf(azure, { base: "main" }, { ...noSources, edited });
      assert.deepEqual(files.moving, [
        { path: "scorers/wine/lib/x.py", moves: ["image/wine"], evidence: "git", sinceBase: true },
      ]);
      assert.deepEqual([files.idle, files.program], [["README.md", "scorers/beer/score.py"], ["stacks/dev.ts"]]);
      assert.equal(push.isLeast, true);
    });

    it("not, without either", () => {
      assert.deepEqual(reportOf(azure).files.unexplained, ["image/wine"]);
    });

    it("that were edited before the base, and only not brought up since", () => {
      const { files } = reportOf(editedImage("wine"), { base: "main" }, { ...noSources, edited: [] });
      assert.deepEqual(
        files.moving.map(({ sinceBase }) => sinceBase),
        [false],
      );
    });

    it("of settings, where something was set", () => {
      const edited = ["Pulumi.test.yaml"];
      const { files } = reportOf(resizedGroup("wine"), { base: "main" }, { ...noSources, edited });
      assert.deepEqual(files.moving, [
        { path: "Pulumi.test.yaml", moves: ["service/wine"], evidence: "git", sinceBase: true },
      ]);
    });
  });

  describe("tells findings", () => {
    const failure = "'a' must be b";

    it("each problem once, with no place of this machine", () => {
      const message =
        "'scorestack:services.x.port' must be free, got 1\nscorers/wine: 'conda.yml' must be YAML, got /home/me/clone/x";
      const events = [
        said("error", message),
        said("error", `Unhandled exception: Error: ${message}`),
        said("debug", "canary"),
      ];
      const report = reportOf([], { events, failure });
      assert.equal(report.outcome, "failed");
      assert.equal(report.summary, "The preview failed, and so would the update: 2 problems.");
      assert.deepEqual(
        report.findings.map(({ message: text }) => text),
        ["'scorestack:services.x.port' must be free, got 1", "scorers/wine: 'conda.yml' must be YAML, got x"],
      );
      assert.ok(!JSON.stringify(report).includes("canary"));
    });

    it("why it did not run at all", () => {
      const report = reportOf([], { failure: "index.ts:1:2: Unexpected end of file" });
      assert.equal(
        report.summary,
        "The preview failed, and so would the update: index.ts:1:2: Unexpected end of file.",
      );
    });

    it("of policies", () => {
      const policyEvent = {
        message: "no public address",
        color: "never",
        policyName: "closed",
        policyPackName: "p",
        policyPackVersion: "1",
        policyPackVersionTag: "1",
        enforcementLevel: "mandatory" as const,
      };
      const report = reportOf(editedImage("wine"), { events: [{ sequence: 1, timestamp: 1, policyEvent }] });
      assert.deepEqual(report.findings, [
        { severity: "error", source: "policy", unit: null, message: "closed: no public address" },
      ]);
      assert.match(report.summary, /; 1 finding would stop the update\.$/);
    });
  });

  it("shows no secret, no variable's value, and no mark of what is not known", () => {
    const canary = "canary-4711";
    const variables = { token: canary, environmentVariables: { PLAIN: canary }, password: canary, key: held };
    const report = reportOf([
      { type: "scorestack:index:LocalService", name: "wine", old: {}, next: { ...variables, description: "new" } },
      {
        of: "LocalService wine",
        type: "scorestack:local:Service",
        name: "wine",
        old: { environmentVariables: { PLAIN: "x" }, port: 1 },
        next: { ...variables, port: unknown },
        diff: { "environmentVariables.PLAIN": "update", token: "add", port: "update", password: "add", key: "add" },
      },
    ]);
    const text = JSON.stringify(report);
    assert.ok(!text.includes(canary) && !text.includes(unknown), text);
    assert.match(text, /environmentVariables is set/);
    assert.match(text, /key is set/);
  });

  it("is the same in whatever order the engine tells it", () => {
    const steps = [...editedImage("wine"), ...editedImage("beer"), { type: "scorestack:local:Model", name: "m" }];
    const make = (ordered: readonly Step[]) =>
      makeReport({ stack: "test", root: "/x", rehearsal: false, events: eventsOf(ordered), state: [] }, noSources);
    assert.deepEqual(make([...steps].reverse()), make(steps));
  });
});
