import * as http from "node:http";

/** A request; a body is at most one of `json`, `text` and `bytes`. */
export interface Ask {
  readonly method?: string;
  /** Path with query; `/score` if not given. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
  /** Connections are closed after the reply unless an agent keeps them. */
  readonly agent?: http.Agent;
  /** Ends the request; it fails with the code ABORT_ERR. */
  readonly signal?: AbortSignal;
  /** Sent as chunks, with no length. */
  readonly chunks?: readonly Buffer[];
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  readonly seconds: number;
  /** Whether it came over a connection that had carried another one. */
  readonly reused: boolean;
}

/** Sends a request with the standard library's client, which neither retries nor follows redirects. */
export function ask(baseUrl: string, request: Ask): Promise<Reply> {
  const body = bodyOf(request);
  const headers = {
    ...(request.json !== undefined ? { "Content-Type": "application/json" } : {}),
    ...(body && !request.chunks ? { "Content-Length": String(body.length) } : {}),
    ...request.headers,
  };
  const method = request.method ?? (body || request.chunks ? "POST" : "GET");
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: request.agent ?? false, signal: request.signal };
    const sent = http.request(new URL(request.path ?? "/score", baseUrl), options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const whole = Buffer.concat(parts);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: whole,
          text: whole.toString(),
          seconds: (Date.now() - started) / 1000,
          reused: sent.reusedSocket,
        });
      });
    });
    sent.on("error", reject);
    for (const chunk of request.chunks ?? []) {
      sent.write(chunk);
    }
    sent.end(body);
  });
}

function bodyOf({ json, text, bytes }: Ask): Buffer | undefined {
  if (json !== undefined) {
    return Buffer.from(JSON.stringify(json));
  }
  return text !== undefined ? Buffer.from(text) : bytes;
}
