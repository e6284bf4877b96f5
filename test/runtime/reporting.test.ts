import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AciService, type AzureHost } from "../../components";
import { commonPython } from "../contract/environment";
import { only, runProgram } from "../harness";
import { aciHost, containerImage as image } from "../support/aci-host";

const key = "12345678-1234-4234-8234-123456789012";
const endpoint = "https://westeurope-5.in.example/";
const host: AzureHost = {
  ...aciHost,
  insightsConnectionString: `InstrumentationKey=${key};IngestionEndpoint=${endpoint}`,
};
const script = `
import json
from azureml_inference_server_http.server.config import config
from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter
exporter = AzureMonitorLogExporter(
    connection_string="InstrumentationKey=" + config.app_insights_key.get_secret_value(), disable_offline_storage=True
)
print(json.dumps({
    "enabled": config.app_insights_enabled,
    "responses": config.app_insights_log_response_enabled,
    "data": config.mdc_storage_enabled,
    "endpoint": exporter._endpoint,
    "key": exporter._instrumentation_key,
}))
`;

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly secureValue?: string;
}

/** The names by which the inference server is told to report, read by that very server. Does not prove: that reports arrive. */
describe("reports of a service in Azure", function () {
  this.timeout(900_000);

  async function understood(args: object): Promise<unknown> {
    const made = await runProgram(() => new AciService("churn", { host, image, appInsightsEnabled: true, ...args }));
    const [container] = only(made, "azure-native:containerinstance:ContainerGroup").inputs["containers"] as {
      environmentVariables: Variable[];
    }[];
    const told = (container?.environmentVariables ?? []).map(({ name, value, secureValue }) => [
      name,
      value ?? secureValue,
    ]);
    // Nothing is to be sent from here.
    const env = {
      ...(Object.fromEntries(told) as Record<string, string>),
      APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL: "1",
    };
    const { stdout } = await promisify(execFile)(await commonPython(), ["-c", script], { env });
    return JSON.parse(stdout.trim().split("\n").pop() ?? "");
  }

  it("go where the connection string says, without the replies' bodies", async () => {
    assert.deepEqual(await understood({}), { enabled: true, responses: false, data: false, endpoint, key });
  });

  it("have the bodies, and what goes in and out of run(), on request", async () => {
    const all = await understood({ responseLoggingEnabled: true, dataCollectionEnabled: true });
    assert.deepEqual(all, { enabled: true, responses: true, data: true, endpoint, key });
  });
});
