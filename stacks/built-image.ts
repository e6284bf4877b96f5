import type { ImagePlatform } from "../components";
import type { Rule } from "../components/internal/problems";
import { contentIdentity } from "../components/internal/rules";
import { isRecord } from "./settings/shape";

/** An image that was built before, as a service takes it; all of it is known when the program runs. */
export interface BuiltImage {
  /** Content identity, 64 hex characters. */
  readonly identity: string;
  /** `registry/repository@sha256:…`. */
  readonly ref: string;
  /** `name:version`, for people. */
  readonly imageId?: string;
  readonly modelIds?: readonly string[];
  /** Folder of sample requests. */
  readonly sampleRequests?: string;
  /** Processors that it was built for. */
  readonly platform?: ImagePlatform;
}

/** An image by its digest. */
export const reference: Rule<unknown> = {
  must: "must end in @sha256: and 64 hex characters",
  holds: (value) => typeof value === "string" && /.@sha256:[0-9a-f]{64}$/.test(value),
};

/** Whether an image can be run by its digest. */
export function isBuilt(image: unknown): image is BuiltImage {
  return isRecord(image) && contentIdentity.holds(image["identity"] as string) && reference.holds(image["ref"]);
}
