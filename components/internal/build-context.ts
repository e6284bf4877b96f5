import * as crypto from "node:crypto";
import { type ContextModel, modelFolder } from "../render/dockerfile";
import { byCodeUnits, canonicalJson } from "./canonical-json";
import type { BundleFile, LocalImageInputs } from "./local-contract";
import { fromRoot } from "./project";

/** Name of the record in a build context: whose it is, and what is in it. */
export const contextRecord = "context.json";

/** A file of a build context: copied from a place on this machine, or written from a text. */
export interface ContextFile {
  readonly sha256: string;
  readonly executable: boolean;
  /** Absolute. */
  readonly source?: string;
  readonly text?: string;
}

/** What a build context holds. */
export interface ContextPlan {
  readonly identity: string;
  /** By path, sorted by code units; without the record. */
  readonly files: ReadonlyMap<string, ContextFile>;
}

/** What a context says that it holds. */
export interface ContextRecord {
  readonly identity: string;
  readonly files: ReadonlyMap<string, RecordedFile>;
}

/** A file of a context's record. */
export interface RecordedFile {
  readonly sha256: string;
  readonly executable: boolean;
  readonly sizeInBytes: number;
}

/** A model with its files. */
export interface ModelFiles extends ContextModel {
  /** Paths as the scorer sees them, below the model's folder. */
  readonly files: Readonly<Record<string, ContextFile & { readonly source: string }>>;
}

/** What a build context is made from. */
export type ContextImage = Pick<LocalImageInputs, "identity" | "dockerfile" | "environment"> & {
  readonly files: Readonly<Record<string, BundleFile>>;
};

/**
 * Plans the folder that an image is built from. It follows from the image's identity alone: the same identity, the same bytes,
 * on any machine. The environment has to have a lock that fits.
 */
export function planContext(image: ContextImage, models: readonly ModelFiles[]): ContextPlan {
  const files = new Map<string, ContextFile>([
    ["Dockerfile", written(image.dockerfile)],
    ["requirements.txt", written(image.environment.lock ?? "")],
  ]);
  for (const [at, { source, sha256, executable = false }] of Object.entries(image.files)) {
    files.set(at, { source: fromRoot(source), sha256, executable });
  }
  for (const model of models) {
    for (const [at, file] of Object.entries(model.files)) {
      files.set(`app/${modelFolder(model)}/${at}`, file);
    }
  }
  return { identity: image.identity, files: new Map([...files].sort(([a], [b]) => byCodeUnits(a, b))) };
}

/** The text of a context's record. */
export function formatRecord({ identity, files }: ContextRecord): string {
  return `${canonicalJson({ schema: 1, identity, files: Object.fromEntries(files) })}\n`;
}

/** Reads the record of a context; undefined for what is none. */
export function parseRecord(text: string): ContextRecord | undefined {
  try {
    const { schema, identity, files } = JSON.parse(text) as Record<string, unknown>;
    return schema === 1 && typeof identity === "string" && typeof files === "object" && files !== null
      ? { identity, files: new Map(Object.entries(files as Record<string, RecordedFile>)) }
      : undefined;
  } catch {
    return undefined;
  }
}

function written(text: string): ContextFile {
  return { text, sha256: crypto.createHash("sha256").update(text).digest("hex"), executable: false };
}
