import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A blob, as the server keeps it. */
export interface StoredBlob {
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Request {
  readonly method: string;
  /** `account/container/blob`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: http.OutgoingHttpHeaders;
}

/**
 * As much of Azure's blob service as an upload of models needs, on 127.0.0.1 and without a login. The tests of the upload run
 * against Azurite too, where it is installed: what both do alike is what this stands for.
 */
export class BlobServer {
  /** `PUT account/container/blob?comp=block`: each request so far. */
  readonly requests: string[] = [];
  /** Answers in place of the server; undefined lets it answer itself. */
  fault: (request: { readonly method: string; readonly path: string }) => Reply | undefined = () => undefined;
  private readonly blocks = new Map<string, Buffer>();
  private readonly server = http.createServer((message, response) => {
    void this.serve(message, response);
  });

  /** @param blobs `account/container/blob` → blob */
  constructor(readonly blobs: Map<string, StoredBlob> = new Map()) {}

  /** Serves, on a free port if none is given, and tells its address. */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://127.0.0.1");
    const chunks: Buffer[] = [];
    for await (const chunk of message) {
      chunks.push(chunk as Buffer);
    }
    const path = decodeURIComponent(url.pathname.slice(1));
    const { method = "GET", headers } = message;
    const comp = url.searchParams.get("comp");
    this.requests.push(`${method} ${path}${comp === null ? "" : `?comp=${comp}`}`);
    const request = { method, path, query: url.searchParams, headers, body: Buffer.concat(chunks) };
    const reply = this.fault(request) ?? this.answer(request);
    response.writeHead(reply.status, { etag: '"1"', "last-modified": new Date().toUTCString(), ...reply.headers });
    response.end(reply.body);
  }

  private answer({ method, path, query, headers, body }: Request): Reply {
    const comp = query.get("comp");
    if (method === "GET" && comp === "list") {
      const body = this.listing(path, query.get("prefix") ?? "");
      return { status: 200, body, headers: { "content-type": "application/xml" } };
    }
    if (method === "GET") {
      const bytes = this.blobs.get(path)?.bytes;
      return bytes ? { status: 200, body: bytes, headers: { "content-length": bytes.length } } : missing;
    }
    if (method !== "PUT") {
      return { status: 405 };
    }
    if (comp === "block") {
      this.blocks.set(`${path} ${query.get("blockid") ?? ""}`, body);
    } else if (comp === "blocklist") {
      const ids = [...body.toString().matchAll(/<Latest>([^<]*)<\/Latest>/g)].map(([, id = ""]) => id);
      const bytes = Buffer.concat(ids.map((id) => this.blocks.get(`${path} ${id}`) ?? Buffer.alloc(0)));
      this.blobs.set(path, { bytes, metadata: metadataOf(headers) });
    } else if (comp === "metadata") {
      const bytes = this.blobs.get(path)?.bytes;
      if (!bytes) {
        return missing;
      }
      this.blobs.set(path, { bytes, metadata: metadataOf(headers) });
      return { status: 200 };
    } else {
      this.blobs.set(path, { bytes: body, metadata: metadataOf(headers) });
    }
    return { status: 201 };
  }

  private listing(container: string, prefix: string): string {
    const home = `${container}/`;
    const found = [...this.blobs]
      .filter(([path]) => path.startsWith(home + prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const entries = found.map(([path, { bytes, metadata }]) => {
      const marks = Object.entries(metadata).map(([key, value]) => `<${key}>${value}</${key}>`);
      const properties = `<Last-Modified>${new Date().toUTCString()}</Last-Modified><Etag>1</Etag><Content-Length>${bytes.length}</Content-Length>`;
      return `<Blob><Name>${escaped(path.slice(home.length))}</Name><Properties>${properties}</Properties><Metadata>${marks.join("")}</Metadata></Blob>`;
    });
    return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${entries.join("")}</Blobs><NextMarker/></EnumerationResults>`;
  }
}

const missing: Reply = { status: 404, headers: { "x-ms-error-code": "BlobNotFound" } };

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function metadataOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  const marks = Object.entries(headers).filter(([name]) => name.startsWith("x-ms-meta-"));
  return Object.fromEntries(marks.map(([name, value]) => [name.slice("x-ms-meta-".length), String(value)]));
}
