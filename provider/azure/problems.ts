import { UserError } from "../rpc/handler";

/** What Azure's clients throw, as far as it is read here. */
interface ClientError {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
}

/** Whether a role is missing, or has not reached the storage account yet: that takes up to ten minutes. */
export function isForbidden(problem: unknown): boolean {
  const { statusCode, code } = problem as ClientError;
  return statusCode === 403 && code !== "AuthorizationFailure";
}

/** What a failure says to the user; as it is where it already does, or where nothing is known of it. */
export function azureProblem(problem: unknown, address: string): unknown {
  const { name = "", code = "", statusCode, message = "" } = problem as ClientError;
  const { host } = new URL(address);
  if (problem instanceof UserError) {
    return problem;
  }
  if (/Credential|Authentication/.test(name) && statusCode === undefined) {
    const ways = "az login, or set ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET";
    return new UserError(`no login to Azure was found; ${ways}, then run the command again`);
  }
  if (code === "AuthorizationFailure") {
    const remedy = "run the command from within its network, or allow this address";
    return new UserError(`'${host}' must be reachable from here, got a refusal by its network rules; ${remedy}`);
  }
  if (isForbidden(problem)) {
    const role = "the role Storage Blob Data Contributor";
    const remedy = "name them in 'publishers' of the AzureWorkspace, or have an owner assign it";
    return new UserError(`who is logged in must have ${role} on '${host}', got ${code || "403"}; ${remedy}`);
  }
  if (code === "ContainerNotFound") {
    return new UserError(
      `'${host}' must hold the container, got none; Azure ML makes it with the workspace: npm run refresh`,
    );
  }
  if (statusCode === undefined && /^(E[A-Z]+|REQUEST_SEND_ERROR)$/.test(code)) {
    return new UserError(
      `'${host}' must be reachable, got ${code}; see whether this machine is online, then run the command again`,
    );
  }
  return statusCode === undefined
    ? problem
    : new UserError(`'${host}' answered ${statusCode} ${code}: ${firstLine(message)}`);
}

/** Without what may hold a signature. */
function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? "").replace(/\?\S*/g, "");
}
