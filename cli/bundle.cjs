"use strict";
// Bundles a TypeScript entry of this project into node_modules/.cache/scorestack, once per state of the sources.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const sourceFolders = ["provider", "components", "stacks", "cli", "policies", "test/engine/stand-in"];
const sourceFiles = ["index.ts", "test/support/blob-server.ts"];
// Bundles of sources as they were; one that was looked up lately stays, as a process may be about to load it.
const keepMs = 10 * 60_000;

/** Every source a bundle can hold, as `path, mtime, size`; sorted: the order of the file system does not matter. */
function fingerprint(root) {
  const found = [];
  const visit = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of fs.readdirSync(file)) if (name !== "node_modules") visit(path.join(file, name));
    } else if (stat && /\.(ts|json)$/.test(file)) {
      found.push(`${path.relative(root, file)}\0${stat.mtimeMs}\0${stat.size}`);
    }
  };
  for (const name of [...sourceFolders, ...sourceFiles]) visit(path.join(root, name));
  return found.sort().join("\n");
}

function esbuildVersion(root) {
  return JSON.parse(fs.readFileSync(path.join(root, "node_modules/esbuild/package.json"), "utf8")).version;
}

/** Marks a bundle as in use; false when it is not there. */
function touch(file) {
  try {
    fs.utimesSync(file, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

function removeOld(folder, prefix, keep) {
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(prefix) || name === keep || !/^[0-9a-f]{16}\./.test(name.slice(prefix.length))) continue;
    const file = path.join(folder, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > keepMs) fs.rmSync(file, { force: true });
  }
}

function build(root, entry, target) {
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    require(path.join(root, "node_modules/esbuild")).buildSync({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: temporary,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "cjs",
      target: "node20",
      sourcemap: "inline",
      sourcesContent: false,
      keepNames: true,
      logLevel: "silent",
    });
    fs.renameSync(temporary, target);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/**
 * Path of the CommonJS bundle of `entry` (relative to `root`); made when no source of the project has one yet.
 * npm packages stay outside of it. Throws esbuild's error, whose `errors` name file and line, when a source does not parse.
 */
function bundle(root, entry) {
  const hash = createHash("sha256")
    .update(`${esbuildVersion(root)}\n${entry}\n${fingerprint(root)}`)
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(root, "node_modules/.cache/scorestack");
  const prefix = `${entry.replace(/\.ts$/, "").replaceAll("/", "-")}-`;
  const target = path.join(folder, `${prefix}${hash}.cjs`);
  if (touch(target)) return target;
  fs.mkdirSync(folder, { recursive: true });
  build(root, entry, target);
  removeOld(folder, prefix, path.basename(target));
  return target;
}

module.exports = { bundle };
