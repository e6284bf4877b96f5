import { strict as assert } from "node:assert";
import { EdgeModuleDeployment, type EdgeModuleArgs, type EdgeModuleDeploymentArgs } from "../../components";
import { edgeTokens } from "../../components/internal/edge-contract";
import { keyDigests } from "../../components/internal/server-environment";
import { only, type Run, runProgram, value } from "../harness";
import { containerImage as image } from "../support/aci-host";
import { edgeArgs } from "../support/edge-host";
import { layeredOn, schemaFaults } from "../support/edge-schema";

type Layer = Record<string, Record<string, unknown>>;
interface Module {
  readonly settings: { readonly image: string; readonly createOptions: string };
  readonly env: Record<string, { readonly value: string }>;
  readonly startupOrder?: number;
}

/** Does not prove: that messages flow (`test/runtime/test_edge_feed.py`), or that devices take it. */
describe("EdgeModuleDeployment: feed", () => {
  const run = (options: Partial<EdgeModuleArgs> = {}, more: Partial<EdgeModuleDeploymentArgs> = {}) =>
    runProgram(
      () => new EdgeModuleDeployment("press", { ...edgeArgs, ...more, modules: { churn: { image, ...options } } }),
    );
  const contentOf = (made: Run<unknown>, name: string): Layer =>
    only(made, edgeTokens.configuration, name).inputs["modulesContent"] as Layer;
  const moduleOf = (made: Run<unknown>, name: string): Module =>
    contentOf(made, "press-ring-all")["$edgeAgent"]?.[`properties.desired.modules.${name}`] as Module;
  const keys = (made: Run<unknown>) => made.resources.filter(({ type }) => type === "scorestack:local:ServiceKeys");

  it("is a second module of the same image, after the one that it feeds, as the published schemas want it", async () => {
    const feed = { from: "/messages/modules/camera/outputs/readings", to: "$upstream", failuresTo: "$upstream" };
    const made = await run({ feed, startupOrder: 1, memoryInGb: 1, hostPort: 8080 });
    const [served, feeding] = [moduleOf(made, "churn"), moduleOf(made, "churn-feed")];
    assert.equal(feeding.settings.image, served.settings.image);
    assert.deepEqual([served.startupOrder, feeding.startupOrder], [1, 2]);
    assert.deepEqual(JSON.parse(feeding.settings.createOptions), {
      Cmd: ["python", "/opt/scorestack/edge_feed.py"],
      Healthcheck: { Test: ["NONE"] },
    });
    const layer = contentOf(made, "press-ring-all");
    assert.deepEqual(layer["$edgeHub"], {
      "properties.desired.routes.churn-feed-failed":
        "FROM /messages/modules/churn-feed/outputs/failures INTO $upstream",
      "properties.desired.routes.churn-feed-in":
        'FROM /messages/modules/camera/outputs/readings INTO BrokeredEndpoint("/modules/churn-feed/inputs/input")',
      "properties.desired.routes.churn-feed-out": "FROM /messages/modules/churn-feed/outputs/output INTO $upstream",
    });
    assert.deepEqual(schemaFaults(layeredOn(contentOf(made, "press-base"), layer)), []);
  });

  it("is told what it does, with a key of its own that is secret; callers' keys are on no device", async () => {
    const made = await run({
      scoringTimeoutMs: 5000,
      feed: { inputName: "rows", maximumConcurrency: 4, maximumTries: 5, retryPauseMs: 200 },
    });
    const { env } = moduleOf(made, "churn-feed");
    assert.deepEqual(Object.keys(env), ["SCORESTACK_FEED", "SCORESTACK_FEED_KEY"]);
    assert.deepEqual(JSON.parse(env["SCORESTACK_FEED"]?.value ?? ""), {
      concurrency: 4,
      host: "churn",
      imageIdentity: image.identity,
      input: "rows",
      pauseSeconds: 0.2,
      port: 5001,
      timeoutSeconds: 20,
      tries: 5,
    });
    assert.deepEqual(
      keys(made).map(({ name }) => name),
      ["press-churn-keys", "press-churn-feed-keys"],
    );
    const accepted = moduleOf(made, "churn").env["SCORESTACK_KEY_DIGESTS"]?.value ?? "";
    assert.deepEqual(JSON.parse(accepted), keyDigests(["made-primary", "made-secondary", "made-primary"]));
    assert.deepEqual(only(made, edgeTokens.configuration, "press-ring-all").secrets, ["modulesContent"]);
    assert.deepEqual(await value(made.result.primaryKeys), { churn: "made-primary" });
  });

  it("has no key where none is asked for, and no routes but the user's", async () => {
    const route = 'FROM /messages/modules/camera/* INTO BrokeredEndpoint("/modules/churn-feed/inputs/input")';
    const made = await run({ authEnabled: false, feed: {} }, { routes: { rows: { route } } });
    assert.deepEqual(Object.keys(moduleOf(made, "churn-feed").env), ["SCORESTACK_FEED"]);
    assert.deepEqual(keys(made), []);
    assert.deepEqual(contentOf(made, "press-ring-all")["$edgeHub"], { "properties.desired.routes.rows": route });
  });

  it("is waited for by the ring's gate", async () => {
    const made = await run({ feed: {} }, { rings: [{ ringName: "all", gate: {} }] });
    assert.deepEqual(only(made, edgeTokens.ring).inputs["moduleNames"], ["churn", "churn-feed"]);
  });
});
