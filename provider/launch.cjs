"use strict";
// The engine starts this by pulumi-resource-scorestack. It bundles provider/main.ts (once per state of the sources) and
// runs it. Nothing but what main.ts prints goes to stdout: the engine reads the port from there.

const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");

/** Whether `folder` or one above it is a Pulumi project: the engine starts providers in the project they are for. */
function inProject(folder) {
  const parent = path.dirname(folder);
  return fs.existsSync(path.join(folder, "Pulumi.yaml")) || (parent !== folder && inProject(parent));
}

/** Ends with the engine, even one that was killed: it must not go on beside the provider of the next run. */
function endWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}

try {
  endWithParent();
  if (!inProject(process.cwd())) process.env.SCORESTACK_ROOT ??= root;
  process.setSourceMapsEnabled(true);
  require(require("../cli/bundle.cjs").bundle(root, "provider/main.ts"));
} catch (error) {
  const missing = error?.code === "ENOENT" || error?.code === "MODULE_NOT_FOUND";
  process.stderr.write(
    missing
      ? `the scorestack provider can't start: ${error.message.split("\n", 1)[0]}; run npm ci in ${root}\n`
      : `${error?.stack ?? error}\n`,
  );
  process.exitCode = 1;
}
