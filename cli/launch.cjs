"use strict";
// Starts the command line on a machine where nothing is set up yet: only Node and npm may be taken for granted.

const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".scorestack-lock");
const guard = path.join(root, ".scorestack", "npm-ci.lock");
const tornMs = 1000;

/** A problem the user can mend: shown as it is, without a stack. */
class SetupError extends Error {}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(
      `'node' must be 20.19 or later, got ${process.versions.node}; install it from https://nodejs.org`,
    );
  }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether what npm says it has installed is what the lock asks for. npm writes `.package-lock.json` last, so that an
 * installation that was cut off has none; packages for other platforms stand in the lock alone.
 */
function installedFits(lock, installed) {
  if (!lock?.packages || !installed?.packages) return false;
  const wanted = Object.entries(lock.packages).filter(([name]) => name !== "");
  const extra = Object.keys(installed.packages).some((name) => !(name in lock.packages));
  return (
    !extra &&
    wanted.every(([name, entry]) => {
      const there = installed.packages[name];
      return there ? there.version === entry.version && there.integrity === entry.integrity : entry.optional === true;
    })
  );
}

/** sha256 of the lock file when the packages are not yet installed as it says, else undefined. */
function missingFor() {
  const lockText = fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
  const digest = createHash("sha256").update(lockText).digest("hex");
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === digest) return undefined;
  if (!installedFits(JSON.parse(lockText), readJson(path.join(modules, ".package-lock.json")))) return digest;
  fs.writeFileSync(stampFile, digest);
  return undefined;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Takes the guard, or says whose it is: 0 while its holder still writes it. A guard whose process is gone is taken over. */
function takeGuard() {
  fs.mkdirSync(path.dirname(guard), { recursive: true });
  try {
    fs.writeFileSync(guard, String(process.pid), { flag: "wx" });
    return undefined;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    const holder = Number(fs.readFileSync(guard, "utf8"));
    if (holder > 0 && isAlive(holder)) return holder;
    if (!holder && Math.abs(Date.now() - fs.statSync(guard).mtimeMs) < tornMs) return 0;
  } catch (error) {
    if (error.code === "ENOENT") return takeGuard();
    throw error;
  }
  fs.rmSync(guard, { force: true });
  return takeGuard();
}

/** Shows `text` with the seconds that have passed: in place on a terminal, else as two lines. */
function progress(text) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  if (!process.stderr.isTTY) {
    process.stderr.write(`${text} ...\n`);
    return () => process.stderr.write(`${text}: ${seconds()} s\n`);
  }
  const show = () => process.stderr.write(`\r${text} ... ${seconds()} s`);
  show();
  const timer = setInterval(show, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write(`\r${text}: ${seconds()} s      \n`);
  };
}

/** Runs `npm ci`; its own output is shown only when it fails. */
function npmCi() {
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const [command, ...rest] = npm?.endsWith(".js") ? [process.execPath, npm, ...args] : ["npm", ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    // npm would take half a minute to undo what it has begun; the next run starts afresh anyway.
    let stopped = false;
    const forward = () => {
      stopped = true;
      child.kill("SIGKILL");
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    child.on("error", (error) => reject(new SetupError(`npm could not be started (${error.message}); install npm`)));
    child.on("close", (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, forward);
      if (stopped || signal) {
        const message = "interrupted; run the same command again to go on";
        return reject(Object.assign(new SetupError(message), { code: 130 }));
      }
      if (code === 0) return resolve();
      const said = output.trim().split("\n").slice(0, 30).join("\n");
      reject(new SetupError(`npm ci failed (exit code ${code}):\n${said}\nMend this and run the command again.`));
    });
  });
}

async function installPackages() {
  if (missingFor() === undefined) return;
  let waitingFor;
  for (;;) {
    const holder = takeGuard();
    if (holder === undefined) break;
    if (holder && holder !== waitingFor) {
      process.stderr.write(`Waiting for process ${holder}, which installs npm packages ...\n`);
      waitingFor = holder;
    }
    await new Promise((resolve) => setTimeout(resolve, holder ? 500 : 50));
  }
  try {
    const digest = missingFor();
    if (digest === undefined) return;
    fs.rmSync(stampFile, { force: true });
    const done = progress("Installing npm packages");
    try {
      await npmCi();
    } finally {
      done();
    }
    fs.writeFileSync(stampFile, digest);
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

/** Everything counts from the project's folder; paths that the user gives count from where the user is (`INIT_CWD`). */
function enterProject() {
  if (path.resolve(process.cwd()) !== root) process.env.INIT_CWD = process.cwd();
  process.chdir(root);
}

/** Whoever reads what we print may stop (`| head`, a closed terminal): the work goes on without them. */
function outliveReaders() {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

async function main() {
  checkNode();
  outliveReaders();
  enterProject();
  await installPackages();
  process.setSourceMapsEnabled(true);
  require("./lean-sdk.cjs");
  const { bundle } = require("./bundle.cjs");
  return require(bundle(root, "cli/main.ts")).main(root, process.argv.slice(2));
}

if (require.main === module) {
  main().then(
    // Not left to the event loop: a program that was interrupted may have timers and connections open.
    (code) => process.exit(code),
    (error) => {
      const plain = error instanceof SetupError || Array.isArray(error?.errors);
      const debug = process.env.SCORESTACK_DEBUG === "1";
      process.stderr.write(`${plain && !debug ? error.message : (error?.stack ?? error)}\n`);
      process.exit(error?.code === 130 ? 130 : 1);
    },
  );
}

module.exports = { installedFits };
