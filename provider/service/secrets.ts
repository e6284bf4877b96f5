import { randomBytes, scryptSync } from "node:crypto";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { canonicalJson } from "../../components/internal/content-hash";
import type { LocalServiceInputs } from "../../components/internal/local-contract";
import { UserError } from "../rpc/handler";
import type { ServiceFolder } from "./files";

/** What `desired.json` says of the secret environment variables: enough to see a change, too little to guess a value. */
export interface SecretsDigest {
  readonly names: string[];
  readonly salt: string;
  readonly digest: string;
}

export type Variables = Readonly<Record<string, string>>;

const property = "environmentVariables";
const patienceMs = 8000;
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Parts the environment variables by what the engine holds for secret. */
export function partVariables(
  { environmentVariables = {} }: LocalServiceInputs,
  secretPaths: ReadonlySet<string>,
): { plain: Variables; secret: Variables } {
  const isSecret = (name: string): boolean => secretPaths.has(property) || secretPaths.has(`${property}.${name}`);
  const entries = Object.entries(environmentVariables);
  return {
    plain: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    secret: Object.fromEntries(entries.filter(([name]) => isSecret(name))),
  };
}

/** Slow on purpose, and salted for each service; the same `salt` gives the same digest for the same variables. */
export function digestOf(secret: Variables, salt = randomBytes(16).toString("hex")): SecretsDigest | undefined {
  const names = Object.keys(secret).sort();
  return names.length === 0
    ? undefined
    : { names, salt, digest: scryptSync(canonicalJson(secret), salt, 32, cost).toString("hex") };
}

/**
 * Hands the values to the service's supervisor, which keeps them in memory only. Once it `hasEnded` there is nobody to give them to.
 *
 * @throws {@link UserError} if it takes none
 */
export async function giveSecrets(
  folder: ServiceFolder,
  { digest }: SecretsDigest,
  values: Variables,
  hasEnded: () => boolean,
): Promise<void> {
  const end = performance.now() + patienceMs;
  const isOver = (): boolean => hasEnded() || performance.now() > end;
  let descriptor: number | undefined;
  try {
    const fifo = await until(isOver, () =>
      fs.openSync(folder.secretsFifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK),
    );
    descriptor = fifo;
    // The empty line ends what a writer that was killed has left.
    let rest = Buffer.from(`\n${JSON.stringify({ digest, values })}\n`);
    while (rest.length > 0) {
      const written = await until(isOver, () => fs.writeSync(fifo, rest));
      rest = rest.subarray(written);
    }
  } catch (problem) {
    if (!hasEnded()) {
      throw refused(folder, problem);
    }
  } finally {
    if (descriptor !== undefined) {
      fs.closeSync(descriptor);
    }
  }
}

/** Until it no longer fails because the other side is not ready: not there yet, not reading yet, or behind. */
async function until<T>(isOver: () => boolean, attempt: () => T): Promise<T> {
  for (;;) {
    try {
      return attempt();
    } catch (problem) {
      const code = (problem as NodeJS.ErrnoException).code ?? "";
      if (!["ENOENT", "ENXIO", "EAGAIN"].includes(code) || isOver()) {
        throw problem;
      }
    }
    await sleep(20);
  }
}

function refused(folder: ServiceFolder, problem: unknown): UserError {
  const code = (problem as NodeJS.ErrnoException).code ?? String(problem);
  return new UserError(
    `service '${folder.name}': its supervisor takes no secret environment variables (${code}); see ${folder.logFile}, then run npm run down and npm start`,
  );
}
