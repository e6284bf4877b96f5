import { strict as assert } from "node:assert";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { remedyFor } from "../../cli/errors";
import { answerOf, Clone } from "../support/clone";
import { writeFiles } from "../support/folder";

const label = "REHEARSAL on the stand-in cloud: nothing is made in Azure";
const program = `import * as resources from "@pulumi/azure-native/resources";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as pulumi from "@pulumi/pulumi";

export = () => {
  const group = new resources.ResourceGroup("group", { resourceGroupName: "team", location: "westeurope" });
  const registry = new containerregistry.Registry("registry", {
    resourceGroupName: group.name,
    registryName: "teamreg",
    sku: { name: "Basic" },
  });
  return { server: registry.loginServer, stack: pulumi.getStack() };
};
`;

/** The command line with a small program in place of the project's own. */
describe("rehearsals", function () {
  this.timeout(60_000);
  const rehearsal = ["--stack", "dev", "--cloud", "stand-in"];
  let clone: Clone;

  before(() => {
    clone = Clone.make("rehearsal").keepScorers();
    fs.writeFileSync(clone.path("index.ts"), program);
  });
  after(async () => {
    await clone.remove();
  });

  const cloudFiles = (): string[] => fs.readdirSync(clone.path(".scorestack/stand-in")).sort();
  const faults = (...list: object[]): void => {
    writeFiles(clone.path(".scorestack/stand-in"), { "faults.json": JSON.stringify(list) });
  };

  it("show what up would do, and then do it, with a state of their own and every block labelled", async () => {
    const preview = await clone.run("preview", ...rehearsal);
    assert.equal(preview.code, 0, preview.stderr);
    assert.equal(
      preview.stdout,
      `${label}\n  + create  ResourceGroup group\n  + create  Registry registry\n${label}\ncreate 3.\n`,
    );
    const up = await clone.run("up", "--yes", ...rehearsal);
    assert.equal(up.code, 0, up.stderr);
    const outputs = "server: teamreg.azurecr.io\nstack: dev\n";
    assert.equal(
      up.stdout,
      `${label}\n  + create  ResourceGroup group\n  + create  Registry registry\n${label}\ncreate 3.\n${outputs}`,
    );
    assert.match(up.stderr, /^REHEARSAL: Updating stack dev\n/);
    assert.deepEqual(cloudFiles(), ["calls.jsonl", "cloud.json", "state"]);
    assert.equal(fs.existsSync(clone.path(".scorestack/state/.pulumi/stacks/scorestack/dev.json")), false);
    assert.deepEqual(clone.processes(), []);
  });

  it("go on where the last one was, for programs too", async () => {
    const counts = await clone.json<object>("preview", ...rehearsal);
    assert.deepEqual(counts, { rehearsal: true, create: 0, update: 0, replace: 0, delete: 0, same: 3, resources: [] });
    const outputs = await clone.run("outputs", "server", ...rehearsal);
    assert.deepEqual([outputs.stdout, outputs.stderr], ["teamreg.azurecr.io\n", `${label}\n`]);
    const refresh = await clone.run("refresh", "--yes", ...rehearsal);
    assert.equal(refresh.stdout, `${label}\n${label}\nEverything is as the state says (same 3).\n`);
  });

  it("end their process when the cloud says no, and when it is left alone", async () => {
    clone.edit("index.ts", (text) => text.replace('name: "Basic"', 'name: "Standard"'));
    faults({ action: "fail", urn: "::registry" });
    const failed = await clone.run("up", "--yes", ...rehearsal);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /error: registry: the service is unavailable \(a fault that was asked for\)/);
    assert.deepEqual(clone.processes(), []);
    faults({ action: "hang", urn: "::registry" });
    const killed = clone.spawn("up", "--yes", ...rehearsal);
    await untilStruck();
    killed.kill("SIGKILL");
    await until(() => !clone.processes().some((line) => line.includes("stand-in-main")));
    await untilGone();
  });

  it("end with a Ctrl-C, and the next one finishes", async () => {
    faults({ action: "hang", urn: "::registry" });
    const child = clone.spawn("up", "--yes", ...rehearsal);
    const answer = answerOf(child);
    await untilStruck();
    await press(child, 2);
    const { code, stderr } = await answer;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /stopping after the current step/);
    await untilGone();
    const up = await clone.run("up", "--yes", ...rehearsal);
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stdout, /update {2}Registry registry/);
  });

  it("can be served for the plain Pulumi CLI, which is told where by the environment", async () => {
    const child = clone.spawn("stand-in", "--stack", "dev");
    const answer = answerOf(child);
    let told = "";
    child.stdout?.on("data", (data: Buffer) => (told += data.toString()));
    await until(() => told.endsWith("\n"));
    await press(child, 1);
    const { code } = await answer;
    assert.equal(code, 130);
    const lines = [...told.matchAll(/^export (\w+)='(.*)'$/gm)];
    const values = new Map(lines.map(([, name = "", value = ""]) => [name, value]));
    const ports = /^azure-native:\d+,docker-build:\d+,command:\d+,kubernetes:\d+$/;
    assert.match(values.get("PULUMI_DEBUG_PROVIDERS") ?? "", ports);
    assert.equal(values.get("PULUMI_BACKEND_URL"), `file://${clone.path(".scorestack/stand-in/state")}`);
    assert.equal(values.get("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"), "true");
    assert.deepEqual(clone.processes(), []);
  });

  it("are undone, and leave nothing with --all", async () => {
    const down = await clone.run("down", "--yes", "--all", ...rehearsal);
    assert.equal(down.code, 0, down.stderr);
    assert.equal(
      down.stdout,
      `${label}\n  - delete  Registry registry\n  - delete  ResourceGroup group\n${label}\ndelete 3.\n`,
    );
    assert.equal(fs.existsSync(clone.path(".scorestack/stand-in")), false);
    assert.ok(fs.existsSync(clone.path(".scorestack")));
  });

  for (const [args, said] of [
    [
      ["--stack", "dev", "--cloud", "azure"],
      "'--cloud' must be 'stand-in', got 'azure'; leave it out for the real cloud\n",
    ],
    [["--cloud", "stand-in"], "'--cloud' must come with a stack that lies in a cloud, got 'local'; add --stack NAME\n"],
  ] as const) {
    it(`refuse '${args.join(" ")}' in one line`, async () => {
      const { code, stdout, stderr } = await clone.run("up", "--yes", ...args);
      assert.deepEqual([code, stdout, stderr], [2, "", said]);
    });
  }

  /** A fault is struck off as it happens. */
  const untilStruck = (): Promise<void> =>
    until(() => fs.readFileSync(clone.path(".scorestack/stand-in/faults.json"), "utf8") === "[]");
  const untilGone = (): Promise<void> => until(() => clone.processes().length === 0);
});

describe("failures of a real cloud", () => {
  it("say what to do where a plugin can't be downloaded, and where a resource is there already", () => {
    const plugin =
      "Could not automatically download and install resource plugin 'pulumi-resource-azure-native' at version v3.28.0";
    assert.match(remedyFor(plugin) ?? "", /plugin install resource NAME VERSION --file ARCHIVE.*--cloud stand-in/);
    const there = "cannot create already existing resource '/subscriptions/s/resourceGroups/team'";
    assert.match(remedyFor(there) ?? "", /an earlier run that was cut off.*pulumi import/);
  });
});

async function press(child: ChildProcess, times: number): Promise<void> {
  for (let pressed = 0; pressed < times; pressed += 1) {
    child.kill("SIGINT");
    // One press arrives twice by npm, within less.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
