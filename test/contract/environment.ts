import * as fs from "node:fs";
import * as path from "node:path";
import { environmentRequirements, parseConda } from "../../components/internal/conda";
import { Store } from "../../provider/store";

export const projectRoot = path.resolve(__dirname, "../..");

const quiet = { progress: () => undefined, info: () => undefined };

/** Interpreter of a scorer's environment: the very one that the local stack uses, built at the first call. */
export async function pythonOf(scorer: string): Promise<string> {
  const { environments, key } = await environmentOf(scorer);
  return environments.python(key);
}

async function environmentOf(scorer: string) {
  const folder = path.join(projectRoot, "scorers", scorer);
  const conda = parseConda(fs.readFileSync(path.join(folder, "conda.yml"), "utf8"));
  const lockFile = path.join(folder, "conda.lock");
  const lock = fs.existsSync(lockFile) ? { lock: fs.readFileSync(lockFile, "utf8") } : {};
  const { environments, batchPackages } = new Store(projectRoot);
  const stored = await environments.ensure(
    { python: conda.python, requirements: environmentRequirements(conda), ...lock },
    quiet,
  );
  return { environments, batchPackages, stored, key: stored.key };
}

/** The environment of the contract's and the runtime's tests: numpy and pandas, and shared with a real scorer. */
export function commonPython(): Promise<string> {
  return pythonOf("wine");
}

/** What batch runs have beside the common environment. */
export async function batchPackages(): Promise<string> {
  const { batchPackages, stored } = await environmentOf("wine");
  return (await batchPackages.ensure(stored, quiet)) ?? "";
}
