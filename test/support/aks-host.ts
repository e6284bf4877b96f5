import type { AzureHost } from "../../components";
import { armId } from "../azure-mocks";
import { aciHost } from "./aci-host";

/** Ids of what a cluster refers to. */
export const aksIds = {
  registry: armId("team", "Microsoft.ContainerRegistry/registries", "team"),
  logs: armId("team", "Microsoft.OperationalInsights/workspaces", "logs"),
  subnet: armId("team", "Microsoft.Network/virtualNetworks", "net/subnets/nodes"),
  zone: armId("team", "Microsoft.Network/privateDnsZones", "privatelink.westeurope.azmk8s.io"),
} as const;

/** A host with plain values, of which tests know each. */
export const aksHost: AzureHost = {
  ...aciHost,
  registryId: aksIds.registry,
  logs: { workspaceId: "customer", workspaceKey: "canary-logs", resourceId: aksIds.logs },
  tags: { team: "growth" },
};

/** A kubeconfig with two contexts. */
export const kubeconfig = `apiVersion: v1
kind: Config
current-context: one
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:6443" } }]
users: [{ name: u, user: { token: canary-4711-kubeconfig } }]
contexts: [{ name: one, context: { cluster: c, user: u } }, { name: two, context: { cluster: c, user: u } }]
`;
