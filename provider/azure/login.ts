import type { TokenCredential } from "@azure/identity";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Who is logged in to Azure: a service principal of Pulumi's own variables (`ARM_CLIENT_ID`, `ARM_TENANT_ID` and `ARM_CLIENT_SECRET`
 * or `ARM_OIDC_TOKEN`), or whom `DefaultAzureCredential` finds: `AZURE_…` variables, a managed identity, `az login`.
 */
export async function login(environment: Environment = process.env): Promise<TokenCredential> {
  const { ARM_TENANT_ID: tenantId, ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: secret } = environment;
  // Loaded here, as nothing on this machine needs it.
  const identity = await import("@azure/identity");
  if (tenantId && clientId && secret) {
    return new identity.ClientSecretCredential(tenantId, clientId, secret);
  }
  const token = environment["ARM_OIDC_TOKEN"];
  if (tenantId && clientId && token) {
    return new identity.ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(token));
  }
  return new identity.DefaultAzureCredential(tenantId ? { tenantId } : {});
}

/** Whether an address is this machine's own: a stand-in for Azure, which asks for no login. */
export function isLoopback(address: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(address).hostname);
}
