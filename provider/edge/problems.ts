import { UserError } from "../rpc/handler";

/** Who is logged in may not do this; or not yet. */
export class MissingRole extends UserError {}

/** What a hub's refusal says to the user. Without what it was sent: that may hold a secret. */
export function hubProblem(host: string, response: Response, body: string, secrets: readonly string[]): UserError {
  const { code, message } = saidBy(response, body);
  const said = redacted(firstLine(message), secrets);
  if (/quota|limit|maximum|exceeded/i.test(code)) {
    return new UserError(`'${host}' must have room, got ${code}: ${said}; delete what is not used, or take more units`);
  }
  const isService = host.toLowerCase().includes(".azure-devices-provisioning.");
  if (response.status === 401 || response.status === 403) {
    const role = `${isService ? "Device Provisioning Service" : "IoT Hub"} Data Contributor`;
    const remedy = `have an owner assign it on the ${isService ? "service" : "hub"}, and see that its network rules let this address in`;
    return new MissingRole(
      `who is logged in must have the role ${role} on '${host}', got ${code || response.status}; ${remedy}`,
    );
  }
  return new UserError(`'${host}' answered ${response.status} ${code}: ${said}`.replace(/:? *$/, ""));
}

export function unreachable(host: string, problem: Error): UserError {
  const { code } = (problem.cause ?? problem) as { code?: string };
  return problem.name === "AbortError"
    ? new UserError(`stopped while '${host}' was asked`)
    : new UserError(
        `'${host}' must be reachable, got ${code ?? problem.message}; see whether this machine is online and may come through the hub's network rules, then run the command again`,
      );
}

/** Seconds, or a date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header === "") {
    return undefined;
  }
  const time = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(time) ? undefined : Math.min(Math.max(time, 0), 120_000);
}

/** `{"Message": "ErrorCode:DeviceNotFound;…"}`, which is itself JSON at times. */
function saidBy(response: Response, body: string): { code: string; message: string } {
  const members = membersOf(body);
  const message = textOf(members, "Message") ?? textOf(members, "message") ?? "";
  const inner = membersOf(message);
  const text = textOf(inner, "message") ?? textOf(inner, "errorMessage") ?? message;
  const code =
    response.headers.get("iothub-errorcode") ??
    response.headers.get("x-ms-error-code") ??
    /ErrorCode:\s*(\w+)/.exec(message)?.[1] ??
    "";
  return { code, message: text.replace(/^ErrorCode:\s*\w+;?\s*/, "") };
}

function membersOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function textOf(members: object, key: string): string | undefined {
  const value = (members as Record<string, unknown>)[key];
  return typeof value === "string" ? value : undefined;
}

function firstLine(message: string): string {
  return (message.split(/[\r\n]/, 1)[0] ?? "").slice(0, 300);
}

function redacted(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
}
