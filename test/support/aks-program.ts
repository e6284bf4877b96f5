import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as resources from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import { AksCluster, type AksClusterArgs } from "../../components";

/** A cluster on a host of raw resources, and an object in it that stands for a service. */
export function aksProgram(args: Partial<AksClusterArgs>) {
  const group = new resources.ResourceGroup("group", { resourceGroupName: "team", location: "westeurope" });
  const resourceGroupName = group.name;
  const pods = new managedidentity.UserAssignedIdentity("pods", { resourceGroupName, resourceName: "pods" });
  const registry = new containerregistry.Registry("registry", {
    resourceGroupName,
    registryName: "teamregistry",
    sku: { name: "Basic" },
  });
  const logs = new operationalinsights.Workspace("logs", { resourceGroupName, workspaceName: "logs" });
  const host = {
    resourceGroupName,
    location: "westeurope",
    registryServer: registry.loginServer,
    registryId: registry.id,
    identityId: pods.id,
    identityClientId: pods.clientId,
    logs: { workspaceId: logs.customerId, workspaceKey: "canary-4711-logs", resourceId: logs.id },
  };
  const cluster = new AksCluster("prod", { host, apiServer: "public", ...args });
  new ConfigMap("service", { data: { answers: "yes" } }, { provider: cluster.provider, dependsOn: [...cluster.ready] });
  return { clusterName: cluster.clusterName, kubeconfig: cluster.kubeconfig };
}

/** The cluster of another stack, attached; it pulls already. */
export function attachedProgram(cluster: pulumi.Input<string>, more: Partial<AksClusterArgs["existing"]> = {}) {
  const host = {
    resourceGroupName: "team",
    location: "westeurope",
    registryServer: "teamregistry.azurecr.io",
    identityId: "",
    identityClientId: "",
  };
  const existing = { cluster, ...more };
  const attached = new AksCluster("theirs", { host, existing, assignRoles: false });
  new ConfigMap("other-service", { data: { answers: "yes" } }, { provider: attached.provider });
  return { version: attached.kubernetesVersion };
}
