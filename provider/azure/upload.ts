import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashContent, listContent } from "../../components/internal/content-hash";
import { type Context, UserError } from "../rpc/handler";
import type { BlobFolder, ModelFile } from "./blobs";
import { isForbidden } from "./problems";

/** What is uploaded. */
export interface Upload {
  readonly modelName: string;
  /** File or folder. */
  readonly source: string;
  /** What it must hash to. */
  readonly digest: string;
}

/** How an upload goes about it. */
export interface Manner {
  /** Nothing is there, and nobody may look. @default false */
  readonly isNew?: boolean;
  /** How long a role may be on its way. @default 600000 */
  readonly patienceMs?: number;
  /** How often that is looked up. @default 10000 */
  readonly pollMs?: number;
}

const filesAtOnce = 4;

/**
 * Uploads what is not there yet, and says how much that was.
 *
 * @throws {@link UserError} if the content is not what the program saw.
 */
export async function uploadContent(
  folder: BlobFolder,
  { modelName, source, digest }: Upload,
  context: Pick<Context, "info" | "progress" | "cancelled">,
  manner: Manner = {},
): Promise<void> {
  const files = filesOf(source, digest, modelName);
  const there: Awaited<ReturnType<BlobFolder["files"]>> = manner.isNew
    ? new Map()
    : await patiently(() => folder.files(context.cancelled), context, manner);
  const isThere = ({ path: at, sha256, executable }: ModelFile): boolean =>
    there.get(at)?.sha256 === sha256 && there.get(at)?.executable === executable;
  const missing = files.filter((file) => !isThere(file));
  const bytes = missing.reduce((sum, file) => sum + file.sizeInBytes, 0);
  let sent = 0;
  let told = 0;
  const count = (more: number): void => {
    sent += more;
    if (sent - told >= bytes / 20) {
      told = sent;
      context.progress(`uploading ${modelName}: ${megabytes(sent)} of ${megabytes(bytes)} MB`);
    }
  };
  await inTurns(missing, (file) => patiently(() => folder.put(file, count, context.cancelled), context, manner));
  context.info(
    missing.length === 0
      ? `${modelName} ${digest.slice(0, 12)} was uploaded already`
      : `${modelName} ${digest.slice(0, 12)}: uploaded ${missing.length} of ${files.length} files, ${megabytes(bytes)} MB`,
  );
}

/** The files with their paths as the digest has them: a folder's begin with its own name. */
function filesOf(source: string, digest: string, modelName: string): ModelFile[] {
  const content = hashContent(source);
  if (content.digest !== digest) {
    throw new UserError(`model '${modelName}' changed while it was registered: ${source}; run the command again`);
  }
  const from = new Map(listContent(source).map((file) => [file.path, file.from]));
  const prefix = fs.statSync(source).isDirectory() ? `${path.basename(source)}/` : "";
  return content.files.map((file) => ({ ...file, path: prefix + file.path, from: from.get(file.path) ?? source }));
}

/** A role that was given a moment ago may not have arrived. */
async function patiently<T>(
  work: () => Promise<T>,
  { progress, cancelled }: Pick<Context, "progress" | "cancelled">,
  { patienceMs = 600_000, pollMs = 10_000 }: Manner,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (problem) {
      const waited = performance.now() - start;
      if (!isForbidden(problem) || waited + pollMs > patienceMs || cancelled.aborted) {
        throw problem;
      }
      progress(`waiting for the role to reach the storage account, ${Math.round(waited / 1000)} s`);
      await sleep(pollMs, undefined, { signal: cancelled });
    }
  }
}

/** Does work for each item, some at a time. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const turn = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, turn));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
