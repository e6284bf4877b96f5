import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type { LocalServiceInputs } from "../../components/internal/local-contract";
import { remove, writeJson } from "../store/files";
import type { ServiceFolder } from "./files";

export interface ServiceKeys {
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

/** The keys of a service: those given, those it had, or new ones; none without `authEnabled`. */
export function keysFor(inputs: LocalServiceInputs, olds: ServiceKeys | undefined): ServiceKeys {
  if (!inputs.authEnabled) {
    return {};
  }
  return {
    primaryKey: inputs.primaryKey ?? olds?.primaryKey ?? newKey(),
    secondaryKey: inputs.secondaryKey ?? olds?.secondaryKey ?? newKey(),
  };
}

/** Whether the server was told keys to accept. */
export function hasKeys(folder: ServiceFolder): boolean {
  return fs.existsSync(folder.keysFile);
}

/** Tells the running server which keys to accept; only their digests are kept on disk. */
export function writeKeys(folder: ServiceFolder, keys: ServiceKeys): void {
  const accepted = [keys.primaryKey, keys.secondaryKey].filter((key) => key !== undefined);
  if (accepted.length === 0) {
    remove(folder.keysFile);
    return;
  }
  const digests = accepted.map((key) => createHash("sha256").update(key).digest("hex"));
  writeJson(folder.keysFile, digests, 0o600);
}

function newKey(): string {
  return randomBytes(24).toString("base64url");
}
