import { createHash } from "node:crypto";
import type { Cloud } from "./cloud";

/** Digest of an image that is "built" from what those words name. */
export function digestOf(words: string): string {
  return `sha256:${createHash("sha256").update(words).digest("hex")}`;
}

/** A reference such as `team.azurecr.io/wine:1@sha256:…`, in its parts. */
export interface ImageName {
  readonly registry: string;
  /** `registry/repository`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | undefined;
}

export function parseImage(reference: string): ImageName {
  const [named = "", digest] = reference.split("@");
  const [, repository = named, tag = "latest"] = /^(.+?)(?::([^:/]+))?$/.exec(named) ?? [];
  return { registry: repository.split("/", 1)[0] ?? "", repository, tag, digest };
}

export function pushImage(cloud: Cloud, repository: string, tag: string, digest: string): void {
  cloud.state.images[repository] = { ...cloud.state.images[repository], [tag]: digest };
  cloud.save();
}

/** Digest of a pushed image; undefined when it is not there. */
export function findImage(cloud: Cloud, { repository, tag, digest }: ImageName): string | undefined {
  const tags = cloud.state.images[repository] ?? {};
  return digest === undefined ? tags[tag] : Object.values(tags).find((pushed) => pushed === digest);
}
