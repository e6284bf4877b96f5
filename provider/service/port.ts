import { createHash } from "node:crypto";
import * as net from "node:net";
import { execFileSync } from "node:child_process";
import { UserError } from "../rpc/handler";

// Below the ports that systems hand out for outgoing connections (Linux: from 32768).
const first = 20000;
const count = 10000;

/** A free port for a service; the same one as long as it is free, so that addresses are stable. */
export async function choosePort(serviceFolder: string, taken: ReadonlySet<number>): Promise<number> {
  const preferred = createHash("sha256").update(serviceFolder).digest().readUInt32BE(0) % count;
  for (let step = 0; step < 200; step++) {
    const port = first + ((preferred + step * 7) % count);
    if (!taken.has(port) && (await isFree(port))) {
      return port;
    }
  }
  throw new UserError(`no free port between ${first} and ${first + count - 1} on 127.0.0.1; set 'port'`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

export function portInUse(serviceName: string, port: number): UserError {
  return new UserError(
    `'port' must be free on 127.0.0.1, got ${port}, which is in use${holderOf(port)}; set another 'port' for service '${serviceName}', or end that process`,
  );
}

/** Who listens on a port, as far as the system tells: ` (by python3, pid 4711)`, or nothing. */
export function holderOf(port: number): string {
  const attempts: [string, string[], RegExp][] = [
    ["ss", ["-ltnpH", `sport = :${port}`], /users:\(\("([^"]+)",pid=(\d+)/],
    ["lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fcp"], /p(?<pid>\d+)\nc(?<name>.+)/],
  ];
  for (const [command, args, pattern] of attempts) {
    try {
      const match = pattern.exec(
        execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      );
      const [name, pid] = match?.groups ? [match.groups.name, match.groups.pid] : [match?.[1], match?.[2]];
      if (name !== undefined && pid !== undefined) {
        return ` (by ${name}, pid ${pid})`;
      }
    } catch {
      // Not installed, or it may not tell: the next one.
    }
  }
  return "";
}
