import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import type { Reply } from "../components/internal/replies";
import { errorCode } from "./errors";

/** A service, as a smoke test reaches it. */
export interface Target {
  /** What callers use; paths of requests come behind its own. */
  readonly url: URL;
  /** Host to connect to in place of the address's, which the certificate must be for all the same. */
  readonly connect?: string;
  /** Of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Ask {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly limitMs: number;
}

/** No reply came: nobody listens, the certificate is not for the address, and the like. */
export class NoReply extends Error {}

/** Sends one request. Throws `NoReply` with the reason in words. */
export function ask(
  { url, connect, headers: usual }: Target,
  { method, path, headers, body, limitMs }: Ask,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limitMs);
    const failed = (error: Error): void => {
      reject(new NoReply(signal.aborted ? `no answer in ${limitMs / 1000} s` : reasonOf(error, url)));
    };
    const options: https.RequestOptions = {
      method,
      host: connect ?? url.hostname,
      port: url.port || undefined,
      path: url.pathname.replace(/\/$/, "") + path,
      headers: { ...usual, ...headers, Host: url.host, ...(body ? { "Content-Length": String(body.length) } : {}) },
      servername: url.hostname,
      agent: false,
      signal,
    };
    const request = (url.protocol === "https:" ? https : http).request(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", failed);
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: textsOf(response.headers),
          body: Buffer.concat(parts).toString("utf8"),
        });
      });
    });
    request.on("error", failed);
    request.end(body);
  });
}

function textsOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection is broken off",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name can't be looked up now",
  ETIMEDOUT: "nothing answers there",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
};
const unknownIssuer =
  "its certificate is of an issuer that is not known here; NODE_EXTRA_CA_CERTS names a file of more";

function reasonOf(error: Error, url: URL): string {
  const code = errorCode(error) ?? "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const { subjectaltname, subject } = (error as Error & { cert: tls.PeerCertificate }).cert;
    return `its certificate is for ${subjectaltname ?? [subject.CN].flat().join(", ")}, not for ${url.hostname}`;
  }
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF).*)$/.test(code)) {
    return `${unknownIssuer} (${code})`;
  }
  const alert = /SSL routines:[^:]*:([^:]*alert[^:]*):/.exec(error.message)?.[1];
  if (alert !== undefined) {
    return `TLS is refused (${alert}): it has no certificate for ${url.hostname}, or none yet`;
  }
  return reasons[code] === undefined ? error.message : `${reasons[code]} (${code})`;
}
