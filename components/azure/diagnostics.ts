import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import type { Part } from "./place";

/** Logs and metrics of a part, to the Log Analytics workspace. */
export function sendLogs(
  name: string,
  part: { readonly id: pulumi.Input<string>; readonly metric: "AllMetrics" | "Transaction" },
  logs: Part,
  options: pulumi.CustomResourceOptions,
): void {
  new monitor.DiagnosticSetting(
    name,
    {
      name: "scorestack",
      resourceUri: part.id,
      workspaceId: logs.id,
      logs: [{ categoryGroup: "allLogs", enabled: true }],
      metrics: [{ category: part.metric, enabled: true }],
    },
    options,
  );
}
