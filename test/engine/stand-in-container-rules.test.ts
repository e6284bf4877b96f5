import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Values } from "../../provider/rpc/values";
import { AzureDesk, itRefuses, resourceGroupName, type Row } from "../support/azure-desk";
import { containerGroupRules } from "./stand-in/azure/rules/container-group";
import { attachExisting } from "./stand-in/existing";
import { pushImage } from "./stand-in/registry";

const requests = (cpu: number, limit?: number): Values => ({
  resources: { requests: { cpu, memoryInGB: 1 }, ...(limit === undefined ? {} : { limits: { cpu: limit } }) },
});

/** One row a rule: what Azure refuses, and what it says. */
const rows: Readonly<Record<string, Row>> = {
  "group-fixed": {
    refused: (desk) =>
      desk.change(
        "containerinstance:ContainerGroup",
        desk.service(),
        desk.serviceInputs({ location: "westeurope" }, requests(2)),
      ),
    said: /If you are going to update containers\[0\]\.resources\.requests\.cpu, you must delete it first/,
  },
  "group-container-names": {
    refused: (desk) => desk.service({}, { name: "Wine" }),
    said: /The container name 'Wine' must be/,
  },
  "group-size": {
    refused: (desk) => desk.service({}, requests(32)),
    said: /The cpu of container group 'wine' is 32: .* at most 31/,
  },
  "group-limits": {
    refused: (desk) => desk.service({}, requests(2, 1)),
    said: /The limit of cpu of container 'wine' is below what it requests/,
  },
  "group-gpu": {
    refused: (desk) =>
      desk.service({}, { resources: { requests: { cpu: 1, memoryInGB: 1, gpu: { count: 1, sku: "V100" } } } }),
    said: /GPU resources of container groups are retired/,
  },
  "group-address-ports": {
    refused: (desk) => desk.service({ ipAddress: { type: "Public", ports: [{ port: 80 }] } }),
    said: /Port 80\/TCP: the ports of the IP address must be ports of one container/,
  },
  "group-dns-label": {
    refused: (desk) => desk.service({ ipAddress: { type: "Public", ports: [{ port: 5001 }], dnsNameLabel: "Wine" } }),
    said: /'Wine' must be 5 to 63 lower-case letters/,
  },
  "group-private": {
    refused: (desk) => desk.service({ ipAddress: { type: "Private", ports: [{ port: 5001 }] } }),
    said: /The IP address type 'Private' does not go without a subnet/,
  },
  "group-subnet-delegated": {
    refused: (desk) => {
      desk.network();
      const subnet = desk.make("network:Subnet", {
        resourceGroupName,
        virtualNetworkName: "net",
        subnetName: "aci",
        addressPrefix: "10.0.0.0/24",
      });
      return desk.service({ subnetIds: [{ id: subnet.id }], ipAddress: { type: "Private", ports: [{ port: 5001 }] } });
    },
    said: /must be delegated to Microsoft.ContainerInstance\/containerGroups/,
  },
  "group-volumes": {
    refused: (desk) => desk.service({}, { volumeMounts: [{ name: "certs", mountPath: "/certs" }] }),
    said: /Volume 'certs' must be one of the group's volumes/,
  },
  "group-secret-volume": {
    refused: (desk) => desk.service({ volumes: [{ name: "certs", secret: { key: "not base64!" } }] }),
    said: /The secret 'key' of volume 'certs' is not a valid base64 string/,
  },
  "group-variables": {
    refused: (desk) => desk.service({}, { environmentVariables: [{ name: "TOKEN", value: "a", secureValue: "b" }] }),
    said: /'TOKEN' must have either a value or a secure value/,
  },
  "group-probes": {
    refused: (desk) => desk.service({}, { livenessProbe: { periodSeconds: 10 } }),
    said: /A probe of container 'wine' must have either 'exec' or 'httpGet'/,
  },
  "group-spot-inbound": {
    refused: (desk) => desk.service({ priority: "Spot" }),
    said: /SpotPriorityContainerGroupNotSupportedForInboundConnectivity/,
  },
  "group-spot-sku": {
    refused: (desk) => desk.service({ priority: "Spot", sku: "Dedicated", ipAddress: null }),
    said: /Spot Priority Container Group is not supported in 'Dedicated' Sku/,
  },
  "group-log-workspace": {
    refused: (desk) => {
      const { customerId } = desk.logs().outputs;
      return desk.service({ diagnostics: { logAnalytics: { workspaceId: customerId ?? "", workspaceKey: "wrong" } } });
    },
    said: /There is no workspace '.*' with that key/,
  },
  "group-pull-identity": {
    refused: (desk) =>
      desk.service({ imageRegistryCredentials: [{ server: "teamreg.azurecr.io", identity: desk.identity().id }] }),
    said: /must also be one of the group's user-assigned identities/,
  },
  "group-image": {
    given: (desk) => {
      desk.registry();
      pushImage(desk.cloud, "teamreg.azurecr.io/wine", "1", `sha256:${"a".repeat(64)}`);
    },
    refused: (desk) => {
      const identity = desk.identity().id;
      return desk.service(
        {
          identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
          imageRegistryCredentials: [{ server: "teamreg.azurecr.io", identity }],
        },
        { image: "teamreg.azurecr.io/wine:1" },
      );
    },
    said: /InaccessibleImage: The image 'teamreg.azurecr.io\/wine:1' in container group 'wine' is not accessible. Please check the image and registry credential/,
  },
};

/** Does not prove that Azure says the same: each rule names where it comes from. */
describe("rules of container groups in the stand-in cloud", function () {
  this.timeout(30_000);
  let desk: AzureDesk;

  beforeEach(() => {
    desk = new AzureDesk();
    desk.group();
  });
  afterEach(() => {
    desk.remove();
  });

  itRefuses(containerGroupRules, rows, () => desk);

  it("take a whole service: an image that was pushed, and an identity that may pull it", () => {
    const registry = desk.registry();
    const identity = desk.identity();
    desk.role(registry.id, identity.outputs.principalId);
    pushImage(desk.cloud, "teamreg.azurecr.io/wine", "1", `sha256:${"a".repeat(64)}`);
    const logs = desk.logs();
    const { primarySharedKey } = desk.azure.invoke("azure-native:operationalinsights:getSharedKeys", {
      resourceGroupName,
      workspaceName: "logs",
    });
    const service = desk.service(
      {
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        imageRegistryCredentials: [{ server: "teamreg.azurecr.io", identity: identity.id }],
        diagnostics: {
          logAnalytics: { workspaceId: logs.outputs.customerId ?? "", workspaceKey: primarySharedKey ?? "" },
        },
      },
      { image: `teamreg.azurecr.io/wine@sha256:${"a".repeat(64)}` },
    );
    const address = service.outputs.ipAddress as Values;
    assert.equal(address.fqdn, "team-wine.westeurope.azurecontainer.io");
    // What is secret is never answered.
    assert.deepEqual(service.outputs.diagnostics, { logAnalytics: { workspaceId: logs.outputs.customerId } });
  });

  it("let what is there without the stack be used, with any image in its registry", () => {
    const ids = ["registries/theirs", "userAssignedIdentities/theirs"].map(
      (end) =>
        `/subscriptions/s/resourceGroups/team/providers/Microsoft.${end.startsWith("reg") ? "ContainerRegistry" : "ManagedIdentity"}/${end}`,
    );
    desk.cloud.save();
    fs.writeFileSync(path.join(desk.cloud.folder, "existing.json"), JSON.stringify(ids));
    attachExisting(desk.cloud);
    const found = desk.azure.invoke("azure-native:containerregistry:getRegistry", {
      resourceGroupName,
      registryName: "theirs",
    });
    assert.equal(found.loginServer, "theirs.azurecr.io");
    const identity = desk.cloud.resources.find(({ id }) => id.endsWith("userAssignedIdentities/theirs"))?.id ?? "";
    desk.service(
      {
        identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
        imageRegistryCredentials: [{ server: "theirs.azurecr.io", identity }],
      },
      { image: "theirs.azurecr.io/any@sha256:0" },
    );
  });
});
