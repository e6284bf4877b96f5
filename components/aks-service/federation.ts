import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { WorkloadIdentity } from "../kubernetes-host";

/** Whom Microsoft Entra gives tokens for a service account of Kubernetes. */
const audiences = ["api://AzureADTokenExchange"];
/** Entra refuses two changes of one identity's credentials at a time. */
const last = new WeakMap<WorkloadIdentity, pulumi.Resource>();

/** Lets a service account get tokens as a managed identity, with no secret. */
export function federate(
  name: string,
  identity: WorkloadIdentity,
  { namespace, serviceName }: { readonly namespace: string; readonly serviceName: string },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const before = last.get(identity);
  const part = (kind: string) =>
    pulumi.output(identity.identityId).apply((id) => new RegExp(`/${kind}/([^/]+)`, "i").exec(id)?.[1] ?? "");
  const credential = new managedidentity.FederatedIdentityCredential(
    name,
    {
      resourceGroupName: part("resourceGroups"),
      resourceName: part("userAssignedIdentities"),
      federatedIdentityCredentialResourceName: `${namespace}-${serviceName}`,
      issuer: identity.oidcIssuerUrl,
      subject: `system:serviceaccount:${namespace}:${serviceName}`,
      audiences,
    },
    before ? { ...options, dependsOn: [before] } : options,
  );
  last.set(identity, credential);
  return credential;
}
