"use strict";
// Preloaded with `node --require` into a program of the Automation API: notes when it starts the engine and when that has
// ended, one JSON line each, in the file that ENGINE_TIMES names.

const childProcess = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const spawn = childProcess.spawn;
childProcess.spawn = (file, args, options) => {
  const child = spawn(file, args, options);
  if (path.basename(String(file)) === "pulumi") {
    const started = performance.now();
    child.on("exit", () => {
      const seconds = (performance.now() - started) / 1000;
      fs.appendFileSync(process.env.ENGINE_TIMES, `${JSON.stringify({ command: args[0], seconds })}\n`);
    });
  }
  return child;
};
