import * as pulumi from "@pulumi/pulumi";
import { instrumentationKey } from "../internal/aci-rules";
import { serverEnvironment, type ServerSettings } from "../internal/server-environment";
import type { ContainerImageReference } from "../scoring-service";

/** What the server in a container is told, as far as it is checked. */
export type ContainerSettings = { readonly [K in keyof ServerSettings]: pulumi.Input<ServerSettings[K]> } & {
  readonly workers: pulumi.Input<number>;
};

/** The variables that say how to serve, and as whom; none of them is secret. */
export function settingsOf(
  image: ContainerImageReference,
  serving: ContainerSettings,
): pulumi.Output<Readonly<Record<string, string>>> {
  const { identity, imageId, modelIds } = image;
  return pulumi
    .output({ serving, who: { identity, imageId, modelIds } })
    .apply(({ serving: settings, who }): Readonly<Record<string, string>> => ({
      ...serverEnvironment(settings as ServerSettings, {
        service: settings.serviceName,
        ...(who.imageId === undefined ? {} : { image: who.imageId }),
        imageIdentity: who.identity,
        ...(who.modelIds === undefined ? {} : { models: who.modelIds }),
      }),
      WORKER_COUNT: String(settings.workers),
    }));
}

/** What is reported, checked. */
export interface Reporting {
  readonly responseLoggingEnabled: boolean;
  readonly dataCollectionEnabled: boolean;
}

/**
 * What the inference server reads (azureml-inference-server-http 1.5.1: `server/config.py`, `appinsights_client.py`): the instrumentation
 * key, which stands in the connection string, and the address to report to from the exporter's own variable. For data collection
 * it reads this name, whatever its documents say.
 */
export function reportingVariables(insights: pulumi.Input<string>, reporting: Reporting) {
  const key = pulumi.output(insights).apply((text) => instrumentationKey(text) ?? "");
  return {
    AML_APP_INSIGHTS_ENABLED: "true",
    AML_APP_INSIGHTS_KEY: pulumi.secret(key),
    ...(reporting.dataCollectionEnabled ? { AML_MDC_STORAGE_ENABLED: "true" } : {}),
    APPLICATIONINSIGHTS_CONNECTION_STRING: pulumi.secret(insights),
    APP_INSIGHTS_LOG_RESPONSE_ENABLED: String(reporting.responseLoggingEnabled),
  };
}
