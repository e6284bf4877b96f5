import { only, type Registration, type Run } from "../harness";

/** What `new AzureWorkspace("team", { location })` makes, beside itself. */
export const byDefault = `
applicationinsights:Component team-insights
authorization:RoleAssignment team-ml-account
authorization:RoleAssignment team-ml-blobs
authorization:RoleAssignment team-ml-files
authorization:RoleAssignment team-ml-insights
authorization:RoleAssignment team-ml-registry
authorization:RoleAssignment team-ml-secrets
authorization:RoleAssignment team-ml-vault
authorization:RoleAssignment team-pull
authorization:RoleAssignment team-read
containerregistry:Registry team-registry
keyvault:Vault team-vault
machinelearningservices:Workspace team
managedidentity:UserAssignedIdentity team-identity
managedidentity:UserAssignedIdentity team-ml-identity
monitor:DiagnosticSetting team-registry-logs
monitor:DiagnosticSetting team-storage-logs
monitor:DiagnosticSetting team-vault-logs
monitor:DiagnosticSetting team-workspace-logs
operationalinsights:Workspace team-logs
resources:ResourceGroup team-group
storage:BlobServiceProperties team-blobs
storage:StorageAccount team-storage`;

/** The resources of a type. */
export function all(run: Run<unknown>, type: string): Registration[] {
  return run.resources.filter((resource) => resource.type === `azure-native:${type}`);
}

/** Inputs of the one resource of a type (and name). */
export function inputs(run: Run<unknown>, type: string, name?: string): Record<string, unknown> {
  return only(run, `azure-native:${type}`, name).inputs;
}

/** Everything but the component itself. */
export function listed(run: Run<unknown>): string[] {
  return run.resources
    .slice(1)
    .map(({ type, name }) => `${type.replace("azure-native:", "")} ${name}`)
    .sort();
}

/** The lines of a list. */
export function lines(text: string): string[] {
  return text.trim().split("\n");
}

/** Names of what a resource waits for. */
export function needs({ dependencies }: Registration): string[] {
  return dependencies.map((urn) => urn.split("::").at(-1) ?? "");
}
