import { strict as assert } from "node:assert";
import { isoSeconds, renderCompute } from "../../components/render/batch-compute";
import { renderDeployment, renderEndpoint } from "../../components/render/batch-deployment";
import { driverLock, renderBatchDockerfile } from "../../components/render/batch-environment";
import { renderSchedule } from "../../components/render/batch-schedule";

const ref = `team.azurecr.io/churn@sha256:${"b".repeat(64)}`;

/** Does not prove: that ACR Tasks builds the Dockerfile, nor that Azure ML runs what comes of it. */
describe("rendering of batch pools", () => {
  it("puts a Python for the driver beside the image's own, which it does not touch", () => {
    const text = renderBatchDockerfile(ref);
    assert.ok(text.startsWith(`FROM ${ref}\n`));
    assert.match(text, /uv venv --allow-existing --python \/opt\/environment\/bin\/python \/opt\/batch /);
    assert.match(text, /uv pip sync --python \/opt\/batch\/bin\/python --require-hashes \/opt\/batch\/driver\.lock /);
    assert.doesNotMatch(text, /pip (install|sync)[^\n]*--python \/opt\/environment/);
    assert.match(text, new RegExp(`^COPY ${driverLock} /opt/batch/${driverLock}$`, "m"));
  });

  it("keeps what Azure ML sets anew, under names of our own, in one instruction: all see the values before it", () => {
    const [, block = ""] = /(^ENV [\s\S]*?[^\\]$)/m.exec(renderBatchDockerfile(ref)) ?? [];
    assert.deepEqual(
      block.split(" \\\n").map((line) => line.trim()),
      [
        "ENV SCORESTACK_SCORER_APP_ROOT=$AML_APP_ROOT",
        "SCORESTACK_SCORER_ENTRY_SCRIPT=$AZUREML_ENTRY_SCRIPT",
        "SCORESTACK_SCORER_MODEL_DIR=$AZUREML_MODEL_DIR",
        "SCORESTACK_SCORER_PATH=$PATH",
        "PATH=/opt/batch/bin:$PATH",
      ],
    );
  });

  it("uses nothing that Docker's classic builder lacks", () => {
    assert.doesNotMatch(renderBatchDockerfile(ref), /--mount|--chmod|<<|^# syntax/m);
  });

  it("writes times as Azure ML reads them", () => {
    assert.deepEqual([isoSeconds(30), isoSeconds(259_200)], ["PT30S", "PT259200S"]);
  });

  it("gives nodes a subnet only where there is one", () => {
    const parts = { location: "westeurope", vmSize: "Standard_D4s_v3", minNodes: 0, maxNodes: 1, idleSeconds: 120 };
    const nodes = { ...parts, vmPriority: "lowPriority", nodePublicIp: false } as const;
    assert.equal((renderCompute(nodes).properties as { subnet?: object }).subnet, undefined);
    const own = renderCompute({ ...nodes, subnetId: "/subscriptions/…" }).properties as { subnet?: object };
    assert.deepEqual(own.subnet, { id: "/subscriptions/…" });
  });

  it("leaves out the file's name where no rows are appended", () => {
    const content = { imageIdentity: "a", environmentId: "e", codeId: "c", modelId: "m", computeId: "n" };
    const settings = { miniBatchSize: 1, maxConcurrencyPerInstance: 1, instanceCount: 1, maxRetries: 0 };
    const rest = { timeoutSeconds: 1, errorThreshold: 0, loggingLevel: "warning" } as const;
    const { outputAction, outputFileName } = renderDeployment(
      { ...content, outputAction: "summaryOnly" },
      { ...settings, ...rest },
    );
    assert.deepEqual([outputAction, outputFileName], ["SummaryOnly", undefined]);
  });

  it("names a default only where there is one", () => {
    assert.deepEqual(renderEndpoint(undefined), { authMode: "AADToken" });
    assert.deepEqual(renderEndpoint("Scores", "blue"), {
      authMode: "AADToken",
      description: "Scores",
      defaults: { deploymentName: "blue" },
    });
  });

  it("counts a recurrence from its start where no hours are said", () => {
    const { trigger } = renderSchedule(
      { recurrence: { every: "hour", interval: 6 }, inputPath: "azureml:inputs:1" },
      { endpointName: "churn" },
    );
    assert.deepEqual(JSON.parse(JSON.stringify(trigger)), {
      triggerType: "Recurrence",
      timeZone: "UTC",
      frequency: "Hour",
      interval: 6,
    });
  });
});
