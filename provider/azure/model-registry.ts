import type { RegistryPlace } from "../../components/internal/azure-contract";
import { UserError } from "../rpc/handler";
import { isLoopback, login } from "./login";

const apiVersion = "2025-12-01";

/** Where the files of a version go, or where they are already. */
export type RegistryStorage =
  | { readonly kind: "there"; readonly uri: string }
  | { readonly kind: "upload"; readonly containerUri: string; /** Secret. */ readonly sasUri: string };

/**
 * Asks an Azure ML registry for room for a version's files (`startPendingUpload` of its models, API 2025-12-01). A version that
 * another stack has registered is taken as it is.
 */
export async function registryStorage(
  { registryId, version }: RegistryPlace,
  modelName: string,
  address = process.env["SCORESTACK_ARM_ENDPOINT"] ?? "https://management.azure.com",
): Promise<RegistryStorage> {
  const home = `${address}${registryId}/models/${encodeURIComponent(modelName)}/versions/${version}`;
  const known = await call("GET", home, address);
  if (known.status === 200) {
    return { kind: "there", uri: textAt(known.body, "properties", "modelUri") };
  }
  const reply = await call("POST", `${home}/startPendingUpload`, address, {
    pendingUploadType: "TemporaryBlobReference",
  });
  if (reply.status !== 200) {
    const message = (reply.body as { error?: { message?: string } } | undefined)?.error?.message ?? "";
    throw new UserError(`the registry must take '${modelName}', got ${reply.status} ${message} (${registryId})`);
  }
  const reference = ["blobReferenceForConsumption"] as const;
  return {
    kind: "upload",
    containerUri: textAt(reply.body, ...reference, "blobUri").replace(/\/$/, ""),
    sasUri: textAt(reply.body, ...reference, "credential", "sasUri"),
  };
}

async function call(
  method: string,
  url: string,
  address: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}?api-version=${apiVersion}`, {
    method,
    headers: { "content-type": "application/json", ...(await authorization(address)) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

async function authorization(address: string): Promise<Record<string, string>> {
  if (isLoopback(address)) {
    return {};
  }
  const token = await (await login()).getToken(`${address}/.default`);
  return token ? { authorization: `Bearer ${token.token}` } : {};
}

function textAt(body: unknown, ...path: readonly string[]): string {
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], body);
  if (typeof value !== "string") {
    throw new UserError(`the registry must answer with '${path.join(".")}', got none`);
  }
  return value;
}
