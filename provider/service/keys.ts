import { randomBytes } from "node:crypto";
import { canonicalJson } from "../../components/internal/content-hash";
import type { KeyRotation, ServiceKeysInputs } from "../../components/internal/local-contract";
import { keyDigests } from "../../components/internal/server-environment";
import { readJson, remove, writeJson } from "../store/files";
import type { ServiceFolder } from "./files";

export interface ServiceKeys {
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

/** Keys that a service has, and when they were made. */
export interface HeldKeys extends ServiceKeys {
  readonly keyRotation?: KeyRotation;
}

/** The keys of a service: those given, those it has and keeps, or new ones. */
export function keysFor(inputs: ServiceKeysInputs, olds: HeldKeys | undefined): Required<ServiceKeys> {
  const kept = keptKeys(inputs, olds);
  return {
    primaryKey: inputs.primaryKey ?? kept.primaryKey ?? newKey(),
    secondaryKey: inputs.secondaryKey ?? kept.secondaryKey ?? newKey(),
  };
}

/** The keys of a service that stay: all but those whose rotation has another text now. */
export function keptKeys({ keyRotation }: ServiceKeysInputs, olds: HeldKeys | undefined): ServiceKeys {
  const stays = (key: keyof KeyRotation): boolean =>
    keyRotation?.[key] === undefined || keyRotation[key] === olds?.keyRotation?.[key];
  return {
    primaryKey: stays("primary") ? olds?.primaryKey : undefined,
    secondaryKey: stays("secondary") ? olds?.secondaryKey : undefined,
  };
}

/** Whether the server was told keys to accept. */
export function hasKeys(folder: ServiceFolder): boolean {
  return readJson(folder.keysFile) !== undefined;
}

/** Whether these are the keys that the server was told, none if they are none. */
export function acceptsKeys(folder: ServiceFolder, keys: ServiceKeys): boolean {
  const told = readJson(folder.keysFile) as string[] | undefined;
  return canonicalJson(told ?? []) === canonicalJson(keyDigests([keys.primaryKey, keys.secondaryKey]));
}

/** Tells the running server which keys to accept; only their digests are kept on disk. */
export function writeKeys(folder: ServiceFolder, keys: ServiceKeys): void {
  const digests = keyDigests([keys.primaryKey, keys.secondaryKey]);
  if (digests.length === 0) {
    remove(folder.keysFile);
  } else {
    writeJson(folder.keysFile, digests, 0o600);
  }
}

function newKey(): string {
  return randomBytes(24).toString("base64url");
}
