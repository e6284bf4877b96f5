import { setTimeout as sleep } from "node:timers/promises";
import type { EdgeJson } from "../../components/internal/edge-contract";
import { isLoopback, login } from "../azure/login";
import { UserError } from "../rpc/handler";
import { hubProblem, MissingRole, retryAfterMs, unreachable } from "./problems";

/** Version of the hub's REST API that its reference describes: learn.microsoft.com/rest/api/iothub/service. */
export const apiVersion = "2021-04-12";
/** That of a provisioning service: learn.microsoft.com/rest/api/iot-dps/service. */
export const provisioningVersion = "2021-10-01";
const scope = "https://iothubs.azure.net/.default";
const provisioningScope = "https://azure-devices-provisioning.net/.default";

export interface HubReply {
  readonly status: number;
  readonly body: EdgeJson | undefined;
  /** Page that follows, of a query. */
  readonly continuation: string | undefined;
}

export interface HubCall {
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** Below the hub, without its query: `configurations/churn-1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** What it must still be. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are an answer, not a failure. */
  readonly answers?: readonly number[];
}

export interface HubManner {
  readonly cancelled?: AbortSignal;
  /** Texts that no message may have. */
  readonly secrets?: readonly string[];
  /** First pause before another try; each next one is twice as long. @default 1000, and 10 on this machine */
  readonly pauseMs?: number;
  /** Where it is told what is waited for. */
  readonly progress?: (message: string) => void;
  /** How long a role may be on its way. @default - 10 minutes where `progress` is told, else not at all */
  readonly rolePatienceMs?: number;
  /** How often a role that is on its way is looked for. @default 10000 */
  readonly rolePollMs?: number;
  /** @default - who is logged in to Azure, and nobody on this machine */
  readonly authorize?: () => Promise<string>;
}

const retried = new Set([408, 429, 500, 502, 503, 504]);
const tries = 6;

/** The REST API of an IoT Hub, or of a Device Provisioning Service. A call that was throttled or not answered is tried again: each call here may happen twice. */
export class Hub {
  private readonly address: string;

  constructor(
    readonly host: string,
    private readonly manner: HubManner = {},
  ) {
    this.address = addressOf(host);
  }

  /** @throws {@link UserError} for every answer that is none of a success and `answers`. */
  async call(call: HubCall): Promise<HubReply> {
    const { rolePatienceMs, rolePollMs = 10_000, progress } = this.manner;
    const patienceMs = rolePatienceMs ?? (progress ? 600_000 : 0);
    for (let waitedMs = 0; ; waitedMs += rolePollMs) {
      try {
        return await this.insist(call);
      } catch (problem) {
        if (!(problem instanceof MissingRole) || waitedMs + rolePollMs > patienceMs) {
          throw problem;
        }
        // One that was given a moment ago may not have arrived.
        progress?.(`waiting for the role to reach ${this.host}, ${Math.round(waitedMs / 1000)} s`);
        await this.pause(rolePollMs);
      }
    }
  }

  /** Tries again what was throttled or not answered. */
  private async insist(call: HubCall): Promise<HubReply> {
    const { pauseMs = isLoopback(this.address) ? 10 : 1000, cancelled } = this.manner;
    for (let count = 1; ; count += 1) {
      const response = await this.send(call);
      const status = response instanceof Error ? 0 : response.status;
      const isFinal = count === tries || cancelled?.aborted === true || call.answers?.includes(status) === true;
      if (response instanceof Error && isFinal) {
        throw unreachable(this.host, response);
      }
      if (response instanceof Response && (isFinal || !retried.has(status))) {
        return this.read(call, response);
      }
      const asked = response instanceof Response ? retryAfterMs(response.headers.get("retry-after")) : undefined;
      await this.pause(asked ?? pauseMs * 2 ** (count - 1));
    }
  }

  /** Every row that a query finds. */
  async query(query: string): Promise<Record<string, EdgeJson>[]> {
    const rows: Record<string, EdgeJson>[] = [];
    for (let continuation: string | undefined = ""; continuation !== undefined;) {
      const page: Record<string, string> = continuation === "" ? {} : { "x-ms-continuation": continuation };
      const reply: HubReply = await this.call({
        method: "POST",
        path: "devices/query",
        body: { query },
        headers: { "x-ms-max-item-count": "100", ...page },
      });
      rows.push(...(reply.body as Record<string, EdgeJson>[]));
      continuation = reply.continuation;
    }
    return rows;
  }

  /** Waits, unless the user wants to stop. */
  async pause(milliseconds: number): Promise<void> {
    const { cancelled } = this.manner;
    try {
      await sleep(milliseconds, undefined, cancelled && { signal: cancelled });
    } catch {
      throw new UserError(`stopped while '${this.host}' was waited for`);
    }
  }

  private async send({ method, path, query, body, etag, headers }: HubCall): Promise<Response | Error> {
    const words = new URLSearchParams({
      ...query,
      "api-version": isProvisioning(this.host) ? provisioningVersion : apiVersion,
    });
    const authorization = await this.authorization();
    try {
      return await fetch(`${this.address}/${path}?${words.toString()}`, {
        method,
        headers: {
          "content-type": "application/json; charset=utf-8",
          ...authorization,
          ...(etag === undefined ? {} : { "if-match": etag === "*" || etag.startsWith('"') ? etag : `"${etag}"` }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
        ...(this.manner.cancelled && { signal: this.manner.cancelled }),
      });
    } catch (problem) {
      return problem instanceof Error ? problem : new Error(String(problem));
    }
  }

  private async read(call: HubCall, response: Response): Promise<HubReply> {
    const text = await response.text();
    if (!response.ok && call.answers?.includes(response.status) !== true) {
      throw hubProblem(this.host, response, text, this.manner.secrets ?? []);
    }
    return {
      status: response.status,
      body: text === "" ? undefined : (JSON.parse(text) as EdgeJson),
      continuation: response.headers.get("x-ms-continuation") ?? undefined,
    };
  }

  private async authorization(): Promise<Record<string, string>> {
    const token = await (this.manner.authorize ?? (() => tokenFor(this.address, this.host)))();
    return token === "" ? {} : { authorization: `Bearer ${token}` };
  }
}

async function tokenFor(address: string, host: string): Promise<string> {
  if (isLoopback(address)) {
    return "";
  }
  try {
    // The credential keeps the token for as long as it holds.
    credential ??= login();
    return (await (await credential).getToken(isProvisioning(host) ? provisioningScope : scope))?.token ?? "";
  } catch {
    credential = undefined;
    const ways = "az login, or set ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET";
    throw new UserError(`no login to Azure was found; ${ways}, then run the command again`);
  }
}

let credential: ReturnType<typeof login> | undefined;

/** Whether a host is that of a Device Provisioning Service. */
export function isProvisioning(host: string): boolean {
  return host.toLowerCase().includes(".azure-devices-provisioning.");
}

/** A rehearsal has a stand-in for every hub and every provisioning service, on this machine. */
function addressOf(host: string): string {
  const standIn = process.env["SCORESTACK_IOT_HUB_ENDPOINT"];
  const [name = "", domain = ""] = host.split(".", 2);
  return standIn ? `${standIn}/${isProvisioning(host) ? `${name}.${domain}` : name}` : `https://${host}`;
}
