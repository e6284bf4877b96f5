import * as fs from "node:fs";
import * as path from "node:path";
import { environmentRequirements, parseConda } from "../components/internal/conda";
import { lockHeader, pinnedPackages } from "../components/internal/lock";
import { faultLine } from "../components/internal/problems";
import { oldestPython } from "../components/internal/python-version";
import type { Progress } from "../provider/store/environments";
import { runUv } from "../provider/uv";
import { CliError, UsageError } from "./errors";

/** Scorer folders with a `conda.yml`, by name. */
export function scorersWithConda(root: string): string[] {
  const home = path.join(root, "scorers");
  return fs
    .readdirSync(home)
    .filter((name) => fs.existsSync(path.join(home, name, "conda.yml")))
    .sort();
}

/**
 * Writes a scorer's `conda.lock` for every platform and every Python that its conda file admits, and returns how many packages
 * it pins. Versions of the lock that is there are kept where they still fit, unless `upgrade`.
 */
export async function lockScorer(root: string, name: string, upgrade: boolean, log: Progress): Promise<number> {
  const folder = path.join(root, "scorers", name);
  if (!fs.existsSync(path.join(folder, "conda.yml"))) {
    throw new UsageError(`'scorer' must be a folder below scorers/ with a conda.yml, got '${name}'`);
  }
  const conda = parseConda(fs.readFileSync(path.join(folder, "conda.yml"), "utf8"));
  if (conda.faults.length > 0) {
    throw new CliError(conda.faults.map((fault) => faultLine({ property: "condaFile", ...fault })).join("\n"));
  }
  const requirements = environmentRequirements(conda);
  const work = fs.mkdtempSync(path.join(folder, ".lock-"));
  try {
    const [wanted, lock] = [path.join(work, "requirements.in"), path.join(work, "conda.lock")];
    fs.writeFileSync(wanted, `${requirements.join("\n")}\n`);
    const known = path.join(folder, "conda.lock");
    if (fs.existsSync(known)) {
      fs.copyFileSync(known, lock);
    }
    const style = ["--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"];
    const python = ["--python-version", oldestPython(conda.python) ?? "3.9"];
    const kept = upgrade ? ["--upgrade"] : [];
    await runUv(
      root,
      "resolving",
      ["pip", "compile", ...style, ...python, ...kept, "--output-file", lock, wanted],
      log,
    );
    const text = `${lockHeader(requirements)}\n${withoutHeader(fs.readFileSync(lock, "utf8"))}`;
    fs.writeFileSync(lock, text);
    fs.renameSync(lock, known);
    return pinnedPackages(text);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function withoutHeader(text: string): string {
  return text.replace(/^(#.*\n)+/, "");
}
