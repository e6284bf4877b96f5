import * as iothub from "@pulumi/azure-native/iothub";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { EdgeConfiguration, EdgeDevice, EdgeRing } from "../../components/internal/edge-resources";
import { base, layer } from "./edge-hub";

/** What a test changes about a team's deployment. */
export interface TeamSettings {
  /** Image of the team's module; without it there are the hub, the base and the devices alone. */
  image: string | undefined;
  maximumOfflineShare: number;
  deadlineSeconds: number;
}

export const teamSettings = (): TeamSettings => ({ image: "churn:1", maximumOfflineShare: 0, deadlineSeconds: 60 });

/** Where the devices' registry is, with a password that must be in no log. */
const credentials = {
  address: "elsewhere.azurecr.io",
  username: "edge",
  password: pulumi.secret("canary-4711-password"),
};

const gateDefaults = { minimumDevices: 1, soakSeconds: 0, pollSeconds: 0.01 };

/** The team that has the hub: three devices in two rings, a base, and a layer that goes from ring to ring. */
export function growthTeam({ image, maximumOfflineShare, deadlineSeconds }: TeamSettings) {
  const group = new resources.ResourceGroup("group", { resourceGroupName: "edge", location: "westeurope" });
  const made = new iothub.IotHubResource("hub", {
    resourceGroupName: group.name,
    resourceName: "factory",
    sku: { name: iothub.IotHubSku.S1, capacity: 1 },
  });
  const hub = made.properties.hostName;
  const devices = Object.entries({ "line-1": "canary", "line-2": "all", "line-3": "all" }).map(
    ([deviceId, ring]) =>
      new EdgeDevice(
        deviceId,
        { hub, deviceId, authentication: { type: "symmetricKey" }, tags: { ring }, attach: false },
        {},
      ),
  );
  const shared = { hub, labels: { team: "growth" }, metrics: {} };
  const everywhere = "tags.ring='canary' OR tags.ring='all'";
  const bottom = new EdgeConfiguration(
    "base",
    {
      ...shared,
      configurationName: "base",
      modulesContent: base({ sensor: "sensor:1" }),
      isLayered: false,
      targetCondition: everywhere,
      priority: 0,
    },
    {},
  );
  let before: pulumi.Resource[] = [...devices, bottom];
  for (const ringName of image === undefined ? [] : ["canary", "all"]) {
    const configuration = new EdgeConfiguration(
      `churn-${ringName}`,
      {
        ...shared,
        configurationName: `churn-${ringName}`,
        modulesContent: layer("churn", image ?? "", {
          $edgeAgent: { "properties.desired.runtime.settings.registryCredentials.team": credentials as never },
        }),
        isLayered: true,
        targetCondition: `tags.ring='${ringName}'`,
        priority: 10,
      },
      { dependsOn: before },
    );
    const { configurationId } = configuration;
    const gate = { hub, ringName, configurationId, moduleNames: ["churn"], deadlineSeconds, maximumOfflineShare };
    before = [new EdgeRing(`churn-${ringName}-gate`, { ...gate, ...gateDefaults }, { dependsOn: before })];
  }
  return { hub, keys: devices.map(({ primaryKey }) => primaryKey) };
}

/** Another team, with a layer of its own on one of the devices, which it attaches to. */
export function riskTeam(image: string) {
  const hub = "factory.azure-devices.net";
  const device = new EdgeDevice(
    "line-2",
    { hub, deviceId: "line-2", authentication: { type: "symmetricKey" }, tags: { site: "north" }, attach: true },
    {},
  );
  return new EdgeConfiguration(
    "wine",
    {
      hub,
      configurationName: "wine",
      modulesContent: layer("wine", image),
      isLayered: true,
      targetCondition: "tags.site='north'",
      priority: 5,
      labels: { team: "risk" },
      metrics: {},
    },
    { dependsOn: device },
  );
}
