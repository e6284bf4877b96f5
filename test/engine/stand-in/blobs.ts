import * as fs from "node:fs";
import * as path from "node:path";
import { BlobServer, type Reply, type StoredBlob } from "../../support/blob-server";
import type { Cloud } from "./cloud";
import { recordOf, textOf } from "./values";

/** Blobs in a folder, so that the next rehearsal finds them. */
class BlobFolder extends Map<string, StoredBlob> {
  constructor(private readonly folder: string) {
    super();
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      if (name.endsWith(".json")) {
        const { at, metadata } = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as Listed;
        super.set(at, this.stored(at, metadata));
      }
    }
  }

  override set(at: string, { bytes, metadata }: StoredBlob): this {
    fs.mkdirSync(this.folder, { recursive: true });
    fs.writeFileSync(this.file(at), bytes);
    fs.writeFileSync(`${this.file(at)}.json`, JSON.stringify({ at, metadata }));
    return super.set(at, this.stored(at, metadata));
  }

  /** Read when it is asked for: a model may be large. */
  private stored(at: string, metadata: StoredBlob["metadata"]): StoredBlob {
    const file = this.file(at);
    return {
      metadata,
      get bytes() {
        return fs.readFileSync(file);
      },
    };
  }

  private file(at: string): string {
    return path.join(this.folder, encodeURIComponent(at));
  }
}

interface Listed {
  readonly at: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Serves what the in-project provider puts into Azure itself: blobs of every storage account, and the uploads of Azure ML registries.
 * Tells the port. Nobody has to log in, so that missing roles are not seen.
 */
export async function serveBlobs(cloud: Cloud, port: number): Promise<number> {
  const server = new BlobServer(new BlobFolder(path.join(cloud.folder, "blobs")));
  let address = "";
  server.fault = ({ method, path: at }) =>
    at.startsWith("subscriptions/") ? answerRegistry(cloud, address, method, `/${at}`) : undefined;
  address = await server.start(port);
  return Number(new URL(address).port);
}

/** `GET` of a model's version in a registry, and `startPendingUpload` of one that is not there. */
function answerRegistry(cloud: Cloud, address: string, method: string, at: string): Reply {
  const reply = (status: number, body: object): Reply => ({ status, body: JSON.stringify(body) });
  const id = at.replace(/\/startPendingUpload$/, "");
  const registry = cloud.find(id.replace(/\/models\/.*$/, ""));
  const version = cloud.find(id);
  if (!registry || (method === "GET" && !version)) {
    return reply(404, { error: { code: "ResourceNotFound", message: `The Resource '${id}' was not found.` } });
  }
  if (method === "GET") {
    return reply(200, { properties: { modelUri: textOf(recordOf(version?.inputs.properties).modelUri) } });
  }
  const container = `registry/${cloud.stable(id, 12)}`;
  const blobReferenceForConsumption = {
    blobUri: `https://standin.blob.core.windows.net/${container}`,
    credential: { credentialType: "SAS", sasUri: `${address}/standin/${container}?sig=stand-in` },
  };
  return reply(200, { blobReferenceForConsumption });
}
