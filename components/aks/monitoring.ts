import * as monitor from "@pulumi/azure-native/monitor";
import type * as pulumi from "@pulumi/pulumi";
import { ownName } from "../azure/place";
import type { AzureHost } from "../azure-host";
import type { CheckedMade } from "./checks";
import type { Cluster, Options } from "./managed-cluster";

const logStream = "Microsoft-ContainerInsights-Group-Default";
const metricStream = "Microsoft-PrometheusMetrics";

/**
 * What is collected of the cluster and where it goes. The add-ons alone collect nothing: each wants a rule, and an association with a
 * name that it knows. Source: learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-enable.
 */
export function collect(
  name: string,
  host: AzureHost,
  { monitoring }: CheckedMade,
  cluster: Cluster,
  options: Options,
): void {
  if (monitoring.logsId !== undefined) {
    const rule = logRule(`${name}-log-rule`, host, monitoring.logsId, options);
    associate(`${name}-log-association`, "ContainerInsightsExtension", cluster, rule.id, options);
  }
  if (monitoring.managedPrometheus) {
    const rule = metricRule(name, host, options);
    associate(`${name}-metric-association`, "ContainerInsightsMetricsExtension", cluster, rule.id, options);
  }
}

function logRule(
  name: string,
  { resourceGroupName, location, tags }: AzureHost,
  workspaceResourceId: pulumi.Input<string>,
  options: Options,
): monitor.DataCollectionRule {
  const extensionSettings = {
    dataCollectionSettings: { interval: "1m", namespaceFilteringMode: "Off", enableContainerLogV2: true },
  };
  return new monitor.DataCollectionRule(
    name,
    {
      resourceGroupName,
      dataCollectionRuleName: ownName(name),
      location,
      tags,
      kind: "Linux",
      dataSources: {
        extensions: [
          {
            name: "ContainerInsightsExtension",
            extensionName: "ContainerInsights",
            streams: [logStream],
            extensionSettings,
          },
        ],
      },
      destinations: { logAnalytics: [{ name: "workspace", workspaceResourceId }] },
      dataFlows: [{ streams: [logStream], destinations: ["workspace"] }],
    },
    options,
  );
}

function metricRule(
  name: string,
  { resourceGroupName, location, tags }: AzureHost,
  options: Options,
): monitor.DataCollectionRule {
  const shared = { resourceGroupName, location, tags };
  const workspace = new monitor.AzureMonitorWorkspace(
    `${name}-metrics`,
    { ...shared, azureMonitorWorkspaceName: ownName(`${name}-metrics`) },
    options,
  );
  const endpoint = new monitor.DataCollectionEndpoint(
    `${name}-metric-endpoint`,
    { ...shared, dataCollectionEndpointName: endpointName(name), kind: "Linux" },
    options,
  );
  return new monitor.DataCollectionRule(
    `${name}-metric-rule`,
    {
      ...shared,
      dataCollectionRuleName: ownName(`${name}-metric-rule`),
      kind: "Linux",
      dataCollectionEndpointId: endpoint.id,
      dataSources: { prometheusForwarder: [{ name: "PrometheusDataSource", streams: [metricStream] }] },
      destinations: { monitoringAccounts: [{ name: "prometheus", accountResourceId: workspace.id }] },
      dataFlows: [{ streams: [metricStream], destinations: ["prometheus"] }],
    },
    options,
  );
}

/** Azure takes at most 44 characters for an endpoint's name. */
function endpointName(name: string): string {
  return ownName(`${name}-metrics`).slice(0, 44).replace(/-+$/, "");
}

function associate(
  name: string,
  associationName: string,
  cluster: Cluster,
  dataCollectionRuleId: pulumi.Output<string>,
  options: Options,
): void {
  new monitor.DataCollectionRuleAssociation(
    name,
    { associationName, resourceUri: cluster.id, dataCollectionRuleId },
    options,
  );
}
