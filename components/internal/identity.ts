import { byCodeUnits, hashJson } from "./canonical-json";
import type { BundleFile, EnvironmentSpec, ImageModel, LocalImageInputs } from "./local-contract";
import * as crypto from "node:crypto";

/** The parts of an image that its identity covers. */
export type IdentityParts = Pick<
  LocalImageInputs,
  "runtime" | "executionScript" | "dockerfile" | "baseImage" | "enableGpu"
> & {
  /** Bundle path → file; where a file is read from doesn't count. */
  readonly files: Readonly<Record<string, Omit<BundleFile, "source">>>;
  readonly environment: EnvironmentSpec;
  /** In any order. */
  readonly models: readonly Omit<ImageModel, "version">[];
};

/**
 * An image's identity: 64 hex characters over its content. The same content has the same identity on every machine; names,
 * versions, tags, descriptions and places on disk are not part of it.
 */
export function imageIdentity(parts: IdentityParts): string {
  const { environment } = parts;
  return hashJson({
    schema: 1,
    files: Object.fromEntries(
      Object.entries(parts.files).map(([at, file]) => [
        at,
        { sha256: file.sha256, executable: file.executable ?? false },
      ]),
    ),
    environment: {
      python: environment.python,
      requirements: environment.requirements,
      lock:
        environment.lock === undefined ? undefined : crypto.createHash("sha256").update(environment.lock).digest("hex"),
    },
    runtime: parts.runtime,
    executionScript: parts.executionScript,
    baseImage: parts.baseImage,
    enableGpu: parts.enableGpu ?? false,
    models: parts.models.map(({ modelName, digest }) => ({ name: modelName, digest })).sort(byNameAndDigest),
    dockerfile: parts.dockerfile,
  });
}

function byNameAndDigest(a: { name: string; digest: string }, b: { name: string; digest: string }): number {
  return byCodeUnits(a.name, b.name) || byCodeUnits(a.digest, b.digest);
}
