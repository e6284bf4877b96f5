"use strict";
// node raw.cjs up|preview FOLDER [lean]
// A program of the Automation API that registers what FOLDER/resources.json lists, and nothing else: no scorer is read, no
// content is hashed, nothing is checked. With `lean` behind, it leaves out what the API asks the engine before and after.

const fs = require("node:fs");
const path = require("node:path");
const pulumi = require("@pulumi/pulumi");
const { LocalWorkspace, PulumiCommand, Stack } = require("@pulumi/pulumi/automation");

const [operation, folder, lean] = process.argv.slice(2);
const { engineRoot, stackName, resources } = JSON.parse(fs.readFileSync(path.join(folder, "resources.json"), "utf8"));

async function program() {
  const made = new Map();
  for (const { urn, type, name, custom, parent, inputs, outputs, version } of resources) {
    const options = { parent: made.get(parent), version };
    const resource = custom
      ? new pulumi.CustomResource(type, name, revived(inputs), options)
      : new pulumi.ComponentResource(type, name, revived(inputs), options);
    if (!custom) resource.registerOutputs(revived(outputs));
    made.set(urn, resource);
  }
}

/** Secrets as a state has them that was exported open. */
function revived(value) {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value;
  if (value["4dabf18193072939515e22adb298388d"] && "plaintext" in value) {
    return pulumi.secret(JSON.parse(value.plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item)]));
}

async function main() {
  const pulumiCommand = await PulumiCommand.get({ root: engineRoot, skipVersionCheck: true });
  const workspace = await LocalWorkspace.create({ workDir: folder, program, pulumiCommand });
  if (lean) {
    workspace.selectStack = async () => {};
    workspace.stackOutputs = async () => ({});
  }
  const stack = await (lean ? Stack.select : Stack.createOrSelect)(stackName, workspace);
  if (lean) stack.info = async () => undefined;
  const { stdout } = await stack[operation]({ color: "never" });
  process.stdout.write(stdout);
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack ?? error}\n`);
    process.exit(1);
  },
);
