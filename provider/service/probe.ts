import * as http from "node:http";
import { UserError } from "../rpc/handler";
import type { Health } from "../store/records";

const patienceMs = 30_000;

/**
 * Asks a service who it is.
 *
 * @throws {@link UserError} if it is not healthy, or runs another image than the one deployed
 */
export async function verify(serviceName: string, port: number, imageIdentity: string): Promise<void> {
  const health = await get(port, "/", patienceMs);
  if (health.status !== 200) {
    throw new UserError(
      `service '${serviceName}' is not healthy: GET http://127.0.0.1:${port}/ answered ${health.status}`,
    );
  }
  const answer = identityIn((await get(port, "/version", patienceMs)).body);
  if (answer !== imageIdentity) {
    throw new UserError(
      `service '${serviceName}' must run image ${imageIdentity.slice(0, 12)}, got ${answer?.slice(0, 12) ?? "no answer"}; run npm run up again`,
    );
  }
}

/** Asks a service how it is and who it is, for at most `limitMs`. */
export async function healthOf(port: number, imageIdentity: string, limitMs: number): Promise<Health> {
  try {
    const [health, version] = await Promise.all([get(port, "/", limitMs), get(port, "/version", limitMs)]);
    if (health.status !== 200 || version.status !== 200) {
      return "not healthy";
    }
    return identityIn(version.body) === imageIdentity ? "ok" : "answers as another image";
  } catch {
    return "no answer";
  }
}

function identityIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { imageIdentity?: string } | null)?.imageIdentity;
  } catch {
    return undefined;
  }
}

function get(port: number, path: string, limitMs: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limitMs);
    const failed = (error: Error): void => {
      const late = new UserError(`no answer from http://127.0.0.1:${port}${path} in ${limitMs / 1000} s`);
      reject(signal.aborted ? late : error);
    };
    const request = http.get({ host: "127.0.0.1", port, path, agent: false, signal }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", failed);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") });
      });
    });
    request.on("error", failed);
  });
}
