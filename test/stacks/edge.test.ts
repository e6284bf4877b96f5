import { strict as assert } from "node:assert";
import { edgeTokens } from "../../components/internal/edge-contract";
import { edge } from "../../stacks/edge";
import { readEdgeSettings } from "../../stacks/settings/edge";
import { SettingsReader } from "../../stacks/settings/reader";
import { only, type RunOptions, runProgram } from "../harness";
import { builtImage, devOutputs, sourceStack } from "../support/source-stack";

const [churn, wine] = [builtImage("churn"), builtImage("wine", "b".repeat(64))];

/** Does not prove: diffs and life cycles (`test/engine/edge.test.ts`), or that Azure and devices take what is registered. */
describe("edge stack", () => {
  const run = (config: Readonly<Record<string, unknown>> = {}, outputs: object = devOutputs({ churn, wine })) => {
    const all = { location: "westeurope", services: {}, edge: {}, ...config };
    const texts = Object.entries(all).map(([key, value]) => [
      `scorestack:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const options: RunOptions = {
      stack: "edge",
      config: Object.fromEntries(texts) as Record<string, string>,
      answers: sourceStack({ ...outputs }),
    };
    return runProgram(() => edge(readEdgeSettings(new SettingsReader())), options);
  };
  const refuses = (config: Readonly<Record<string, unknown>>, lines: readonly string[], outputs?: object) =>
    assert.rejects(run(config, outputs), (error: Error) => {
      assert.deepEqual(error.message.split("\n"), lines);
      return true;
    });

  it("runs every image of dev as a module, in a hub with a resource group of its own, and builds nothing", async () => {
    const made = await run({ services: { copy: { scorer: "wine", hostPort: 8080 } } });
    const { modulesContent } = only(made, edgeTokens.configuration, "edge-ring-all").inputs as {
      modulesContent: Record<string, Record<string, { settings?: { image: string } }>>;
    };
    const images = Object.entries(modulesContent["$edgeAgent"] ?? {}).flatMap(([key, { settings }]) =>
      settings === undefined ? [] : [[key.split(".").at(-1), settings.image]],
    );
    assert.deepEqual(images, [
      ["churn", churn.ref],
      ["copy", wine.ref],
      ["wine", wine.ref],
    ]);
    assert.equal(made.resources.filter(({ type }) => type === "azure-native:resources:ResourceGroup").length, 1);
    assert.deepEqual(
      made.resources.filter(({ type }) => /docker-build|Registry$|ModelImage/.test(type)),
      [],
    );
  });

  it("makes nothing but what lies in the hub, and tokens, where there is a hub", async () => {
    const made = await run({ location: "", edge: { hub: { hostName: "team.azure-devices.net" } } });
    const others = made.resources.filter(({ type }) => /ResourceGroup|IotHub|Workspace/.test(type));
    assert.deepEqual(others, []);
  });

  it("tells everything that is wrong by the names of the settings, before anything is made", async () => {
    await refuses({ location: "", scorers: ["iris"], services: { x1: { scorer: "iris" } } }, [
      "'scorestack:location' must be given, or 'edge.hub.hostName', got neither; such as 'westeurope'",
      "'scorestack:scorers' must be of churn, wine, got 'iris'",
      "'scorestack:services.x1.scorer' must be one of churn, wine, got 'iris'; these are the images that there are",
      "'scorestack:services' must be 1 to 50, got 0; IoT Hub takes no more in a deployment",
    ]);
    await refuses({ services: { churn: { hostPort: 0 } }, edge: { registryToken: { expiryDays: 1 }, host: {} } }, [
      "'scorestack:edge' must hold only deploymentName, hub, devices, provisioning, rings, base, runtimeVersion, platform, routes, registryToken, labels, metrics, got 'host'",
      "'scorestack:services.churn.hostPort' must be an integer from 1 to 65535, got 0",
      "'scorestack:edge.registryToken.expiryDays' must be an integer from 2 to 3650, got 1",
    ]);
    await refuses(
      {},
      [
        "'scorestack:source' must be a stack in Azure, whose registry the devices may pull from, got one without a registry",
      ],
      { images: { churn } },
    );
  });

  it("refuses an image for other processors than the devices'", async () => {
    const images = { churn: { ...churn, platform: "linux/amd64" } };
    await refuses(
      { edge: { platform: "linux/arm64" } },
      [
        "'scorestack:services.churn.image.platform' must be that of the devices, 'platform', got 'linux/amd64'; build it for them: 'images.platform' of its workspace",
      ],
      devOutputs(images as typeof images & Record<string, typeof churn>),
    );
  });
});
