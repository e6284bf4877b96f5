import * as http from "node:http";
import { UserError } from "../rpc/handler";

/**
 * Asks a service who it is.
 *
 * @throws {@link UserError} if it is not healthy, or runs another image than the one deployed
 */
export async function verify(serviceName: string, port: number, imageIdentity: string): Promise<void> {
  const health = await get(port, "/");
  if (health.status !== 200) {
    throw new UserError(
      `service '${serviceName}' is not healthy: GET http://127.0.0.1:${port}/ answered ${health.status}`,
    );
  }
  const answer = JSON.parse((await get(port, "/version")).body) as { imageIdentity?: string };
  if (answer.imageIdentity !== imageIdentity) {
    throw new UserError(
      `service '${serviceName}' must run image ${imageIdentity.slice(0, 12)}, got ${answer.imageIdentity?.slice(0, 12) ?? "no answer"}; run npm run up again`,
    );
  }
}

function get(port: number, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, agent: false, timeout: 30_000 };
    const request = http.get(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") });
      });
    });
    request.on("timeout", () =>
      request.destroy(new UserError(`no answer from http://127.0.0.1:${port}${path} in 30 s`)),
    );
    request.on("error", reject);
  });
}
