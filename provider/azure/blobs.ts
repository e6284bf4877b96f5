import * as crypto from "node:crypto";
import * as fs from "node:fs";
import { pipeline, Transform } from "node:stream";
import type { ContainerClient } from "@azure/storage-blob";
import { byCodeUnits, hashJson } from "../../components/internal/canonical-json";
import { UserError } from "../rpc/handler";

/** A file of a model, by its path as the model's digest has it. */
export interface ModelFile {
  readonly path: string;
  /** Where it is read from. */
  readonly from: string;
  readonly sha256: string;
  readonly sizeInBytes: number;
  readonly executable: boolean;
}

type StoredFile = Pick<ModelFile, "sha256" | "executable">;

/** Beyond this a file is sent in blocks of this size. */
export const blockBytes = 8 << 20;
const blocksAtOnce = 4;

/**
 * A folder of blobs. Each has the hash of its bytes as metadata, written when all of them have arrived: a blob without it is one
 * whose upload was broken off.
 */
export class BlobFolder {
  constructor(
    private readonly container: ContainerClient,
    private readonly folder: string,
  ) {}

  /** The whole files that are there, by path. */
  async files(abortSignal?: AbortSignal): Promise<ReadonlyMap<string, StoredFile>> {
    const found = new Map<string, StoredFile>();
    const options = { prefix: `${this.folder}/`, includeMetadata: true, abortSignal };
    for await (const { name, metadata = {} } of this.container.listBlobsFlat(options)) {
      const sha256 = metadata["sha256"];
      if (sha256 !== undefined) {
        found.set(name.slice(this.folder.length + 1), { sha256, executable: metadata["executable"] === "true" });
      }
    }
    return found;
  }

  /** Identity of the content that is there. */
  async digest(abortSignal?: AbortSignal): Promise<string> {
    const files = [...(await this.files(abortSignal))].map(([path, file]) => ({ path, ...file }));
    return hashJson(files.sort((a, b) => byCodeUnits(a.path, b.path)));
  }

  /** @throws {@link UserError} if the file is no longer what it was; the folder then has no whole file of that path. */
  async put(file: ModelFile, count: (bytes: number) => void, abortSignal?: AbortSignal): Promise<void> {
    const blob = this.container.getBlockBlobClient(`${this.folder}/${file.path}`);
    const metadata = { sha256: file.sha256, executable: String(file.executable) };
    if (file.sizeInBytes <= blockBytes) {
      const bytes = fs.readFileSync(file.from);
      mustBe(file, crypto.createHash("sha256").update(bytes).digest("hex"));
      await blob.upload(bytes, bytes.length, { metadata, abortSignal });
      count(bytes.length);
      return;
    }
    const hash = crypto.createHash("sha256");
    const meter = new Transform({
      transform: (chunk: Buffer, _, done) => {
        hash.update(chunk);
        count(chunk.length);
        done(null, chunk);
      },
    });
    // A failure to read reaches the upload through the meter.
    pipeline(fs.createReadStream(file.from, { highWaterMark: 1 << 20 }), meter, () => undefined);
    await blob.uploadStream(meter, blockBytes, blocksAtOnce, { abortSignal });
    mustBe(file, hash.digest("hex"));
    await blob.setMetadata(metadata, { abortSignal });
  }
}

function mustBe(file: ModelFile, sha256: string): void {
  if (file.sha256 !== sha256) {
    throw new UserError(`'${file.from}' changed while it was uploaded; run the command again`);
  }
}
