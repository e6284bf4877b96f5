import { strict as assert } from "node:assert";
import * as path from "node:path";
import { unknown, type Values } from "../../provider/rpc/values";
import { AzureDesk, resourceGroupName } from "../support/azure-desk";
import { autoNameOf, idOf, parentOf, parseId } from "./stand-in/azure/ids";
import { replaces } from "./stand-in/azure/replace";
import { armType, azureTypes, pathInputs } from "./stand-in/azure/types";
import { readScript } from "./stand-in/commands/shell";
import { runScript } from "./stand-in/commands/run";
import { Typings } from "./stand-in/typings";
import { textOf } from "./stand-in/values";

const typings = new Typings(path.resolve(__dirname, "../.."));

/** What azure-native itself does, as the stand-in has it. Sources: pulumi-azure-native's `provider.go`, `diff.go`, `replacement.go`. */
describe("the stand-in's provider", function () {
  this.timeout(60_000);
  let desk: AzureDesk;

  beforeEach(() => {
    desk = new AzureDesk();
  });
  afterEach(() => {
    desk.remove();
  });

  /** What `check` says is wrong. */
  function refused(type: string, inputs: Values): string[] {
    const subject = { urn: "urn", token: `azure-native:${type}`, name: "it" };
    const { failures } = desk.azure.check({ ...subject, inputs, olds: {}, seed: Buffer.from("1") });
    return failures.map(({ reason }) => reason);
  }

  function checked(type: string, inputs: Values, olds: Values = {}, seed = "1"): Values {
    const subject = { urn: "urn", token: `azure-native:${type}`, name: "it" };
    return desk.azure.check({ ...subject, inputs, olds, seed: Buffer.from(seed) }).inputs;
  }

  it("has a path for each type, of inputs that the installed package has", () => {
    for (const type of azureTypes) {
      const shape = typings.resource(`azure-native:${type}`);
      assert.ok(shape, type);
      assert.deepEqual(
        pathInputs(type).filter((name) => !(name in shape.inputs)),
        [],
        type,
      );
    }
  });

  for (const [what, inputs, said] of [
    [
      "an unknown property",
      { containers: [container({ imagee: "x" })] },
      "'containers[0].imagee' is not a property of ContainerArgs in azure-native 3.28.0; did you mean 'image'?",
    ],
    [
      "a missing property",
      { containers: [{ image: "x" }] },
      "'containers[0].name' is required by ContainerArgs in azure-native 3.28.0",
    ],
    [
      "a value that is none of an enumeration",
      { containers: [container({})], osType: "Linus" },
      "'osType' must be 'Windows' or 'Linux', got 'Linus'",
    ],
    [
      "a value of another kind",
      { containers: [container({ ports: [{ port: "80" }] })] },
      "'containers[0].ports[0].port' must be a number, got '80'",
    ],
  ] as const) {
    it(`refuses ${what}, by the installed typings`, () => {
      assert.deepEqual(
        refused("containerinstance:ContainerGroup", { resourceGroupName, ...(inputs as unknown as Values) }),
        [said],
      );
    });
  }

  it("tells what is wrong with a variant by the variant that is meant", () => {
    const properties = { computeType: "AmlCompute", properties: { vmsize: "Standard_D2s_v5" } };
    const said = refused("machinelearningservices:Compute", {
      resourceGroupName,
      workspaceName: "w",
      computeName: "c",
      properties,
    });
    assert.deepEqual(said, [
      "'properties.properties.vmsize' is not a property of AmlComputePropertiesArgs in azure-native 3.28.0; did you mean 'vmSize'?",
    ]);
  });

  it("does not refuse what is not known yet", () => {
    assert.deepEqual(
      refused("containerinstance:ContainerGroup", { resourceGroupName: unknown, containers: unknown, osType: unknown }),
      [],
    );
  });

  it("names as azure-native does: eight hexadecimal digits, a copy, a GUID; and keeps a name that was given", () => {
    assert.match(textOf(checked("resources:ResourceGroup", {}).resourceGroupName), /^it[0-9a-f]{8}$/);
    assert.equal(checked("resources:ResourceGroup", {}).__createBeforeDelete, true);
    const other = checked("resources:ResourceGroup", {}, {}, "2").resourceGroupName;
    assert.notEqual(other, checked("resources:ResourceGroup", {}).resourceGroupName);
    const kept = checked(
      "resources:ResourceGroup",
      {},
      { resourceGroupName: "it00000000", __createBeforeDelete: true },
    );
    assert.deepEqual([kept.resourceGroupName, kept.__createBeforeDelete], ["it00000000", true]);
    assert.equal(checked("network:Subnet", { resourceGroupName, virtualNetworkName: "net" }).subnetName, "it");
    assert.match(
      textOf(checked("authorization:RoleAssignment", {}).roleAssignmentName),
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    assert.equal(autoNameOf("machinelearningservices:ModelVersion")?.kind, "copy");
  });

  it("gives a resource the region of its group, which is not known before the group is", () => {
    desk.group();
    assert.equal(checked("managedidentity:UserAssignedIdentity", { resourceGroupName }).location, "westeurope");
    assert.equal(checked("managedidentity:UserAssignedIdentity", { resourceGroupName: unknown }).location, unknown);
    desk.azure.configure({ location: "northeurope" });
    assert.equal(checked("managedidentity:UserAssignedIdentity", { resourceGroupName }).location, "northeurope");
  });

  it("reads ids back, and knows what a resource lies in", () => {
    const inputs = { resourceGroupName, accountName: "data", containerName: "models", blobName: "a/b" };
    const id = idOf("storage:Blob", inputs, "s");
    assert.equal(
      id,
      "/subscriptions/s/resourceGroups/team/providers/Microsoft.Storage/storageAccounts/data/blobServices/default/containers/models/blobs/a%2Fb",
    );
    assert.deepEqual(parseId(id), { type: "storage:Blob", inputs });
    assert.equal(
      parentOf(parentOf(id) ?? ""),
      "/subscriptions/s/resourceGroups/team/providers/Microsoft.Storage/storageAccounts/data",
    );
    assert.equal(armType("storage:Blob"), "Microsoft.Storage/storageAccounts/blobServices/containers/blobs");
  });

  for (const [type, changed, expected] of [
    ["containerinstance:ContainerGroup", "containerGroupName", true],
    ["containerinstance:ContainerGroup", "location", true],
    // The components' own rules: azure-native would try these in place.
    ["containerinstance:ContainerGroup", "osType", false],
    ["containerinstance:ContainerGroup", "containers[0].resources.requests.cpu", false],
    ["machinelearningservices:ModelVersion", "properties.modelUri", false],
    ["authorization:RoleAssignment", "principalId", true],
    ["storage:StorageAccount", "isHnsEnabled", true],
    ["network:PrivateEndpoint", "subnet.id", true],
    ["containerservice:ManagedCluster", "networkProfile.podCidr", true],
    ["containerservice:ManagedCluster", "networkProfile.loadBalancerSku", false],
    ["containerservice:AgentPool", "vmSize", true],
  ] as const) {
    it(`${expected ? "replaces" : "keeps"} ${type} when ${changed} changes`, () => {
      assert.equal(replaces(type, changed), expected);
    });
  }

  it("says in previews what it is told, nested values too, and that the rest is not known", () => {
    const inputs = checked("containerinstance:ContainerGroup", desk.serviceInputs({ location: "westeurope" }));
    const subject = { urn: "urn", token: "azure-native:containerinstance:ContainerGroup", name: "it" };
    const silent = { secretPaths: new Set<string>(), say: () => undefined, ran: () => undefined };
    const outputs = desk.azure.preview({ ...subject, ...silent, inputs });
    assert.equal(outputs.osType, "Linux");
    assert.equal(outputs.provisioningState, unknown);
    assert.deepEqual(outputs.ipAddress, {
      autoGeneratedDomainNameLabelScope: unknown,
      dnsNameLabel: "team-wine",
      fqdn: unknown,
      ip: unknown,
      ports: [{ port: 5001, protocol: unknown }],
      type: "Public",
    });
    assert.equal("resourceGroupName" in outputs, false);
  });

  it("answers functions: who calls, keys that stay the same, what is there", () => {
    desk.group();
    desk.account();
    const where = { resourceGroupName, accountName: "teamdata" };
    const keys = desk.azure.invoke("azure-native:storage:listStorageAccountKeys", where);
    assert.deepEqual(keys, desk.azure.invoke("azure-native:storage:listStorageAccountKeys", where));
    assert.match(JSON.stringify(keys), /"value":"[A-Za-z0-9+/]{86}=="/);
    const { subscriptionId } = desk.azure.invoke("azure-native:authorization:getClientConfig", {});
    assert.equal(subscriptionId, desk.cloud.state.subscriptionId);
    assert.equal(desk.azure.invoke("azure-native:storage:getStorageAccount", where).name, "teamdata");
    assert.throws(
      () => desk.azure.invoke("azure-native:storage:getStorageAccount", { ...where, accountName: "none" }),
      /ResourceNotFound/,
    );
    assert.throws(
      () => desk.azure.invoke("azure-native:compute:getVirtualMachine", {}),
      /the stand-in does not have azure-native:compute:getVirtualMachine/,
    );
    desk.registry();
    assert.throws(
      () =>
        desk.azure.invoke("azure-native:containerregistry:listRegistryCredentials", {
          resourceGroupName,
          registryName: "teamreg",
        }),
      /as admin user is disabled/,
    );
  });

  it("refuses types that it does not have, naming those it has", () => {
    assert.throws(
      () => refused("compute:VirtualMachine", {}),
      /the stand-in does not have azure-native:compute:VirtualMachine; it has .*storage:Blob/,
    );
  });

  it("deploys a template: what it names is made, kept when the deployment goes, and gone with what holds it", () => {
    desk.group();
    const { id: workspaceId } = desk.workspace();
    const template = (modelUri: string): Values => ({
      resourceGroupName,
      deploymentName: "register",
      properties: {
        mode: "Incremental",
        template: {
          parameters: { name: { type: "string" }, properties: { type: "object" } },
          resources: [
            {
              type: "Microsoft.MachineLearningServices/workspaces/models/versions",
              apiVersion: "2025-12-01",
              name: "[parameters('name')]",
              properties: "[parameters('properties')]",
            },
          ],
        },
        parameters: { name: { value: "team-ml/wine/1" }, properties: { value: { modelUri } } },
      },
    });
    const made = desk.make("resources:Deployment", template("azureml://a"));
    const version = `${workspaceId}/models/wine/versions/1`;
    assert.deepEqual(desk.cloud.find(version)?.inputs, { properties: { modelUri: "azureml://a" } });
    assert.throws(
      () => desk.change("resources:Deployment", made, template("azureml://b")),
      /modelUri of a model version is immutable/,
    );
    desk.delete("resources:Deployment", made.id);
    assert.ok(desk.cloud.find(version));
    desk.delete("machinelearningservices:Workspace", workspaceId);
    assert.equal(desk.cloud.find(version), undefined);
  });
});

describe("the stand-in's command lines", () => {
  let desk: AzureDesk;

  beforeEach(() => {
    desk = new AzureDesk();
    desk.group();
    desk.registry();
  });
  afterEach(() => {
    desk.remove();
  });

  const run = (text: string, environment: Record<string, string> = {}): string =>
    runScript({ text, environment, interpreter: undefined, folder: ".", cause: "one" }, desk.cloud);

  it("give plausible answers: an image that was built can be looked up by its tag", () => {
    assert.throws(
      () => run("az acr repository show -n teamreg --image wine:1"),
      /exit status 1: running .*\nERROR: wine is not found/s,
    );
    const built = run(
      'set -e\naz acr build --registry "$REGISTRY" \\\n  --image wine:1 --query "outputImages[0].digest" -o tsv .',
      { REGISTRY: "teamreg" },
    );
    assert.match(built, /^sha256:[0-9a-f]{64}\n$/);
    assert.equal(run("az acr repository show -n teamreg --image wine:1 --query digest -o tsv"), built);
    assert.equal(run("az acr login --name teamreg && echo done"), "Login Succeeded\ndone\n");
  });

  it("fail as the real ones do", () => {
    assert.throws(() => run("az acr login --name none"), /The resource with name 'none'/);
    assert.throws(() => run("az acr build --image wine:1 ."), /the following arguments are required: --registry/);
    desk.account({ allowSharedKeyAccess: false });
    assert.throws(
      () => run("az storage blob upload --account-name teamdata -f x"),
      /Key based authentication is not permitted/,
    );
    assert.equal(run("az storage blob upload --account-name teamdata -f x --auth-mode login"), "[]\n");
    assert.throws(
      () => run("az acr token credential generate -n edge -r teamreg"),
      /The token 'edge' could not be found/,
    );
  });

  it("that nobody knows are refused before anything is done, with the way to add them", () => {
    for (const text of ["rm -rf /", "az acr login --name teamreg; curl https://example.com", "az vm create -n x"]) {
      assert.throws(
        () => run(text),
        /the stand-in does not know '(rm -rf \/|curl https:\/\/example.com|az vm create -n)'; it knows .*az acr build.*: add it to test\/engine\/stand-in\/commands\/rows.ts/,
      );
    }
    for (const text of [
      "az acr login -n teamreg | cat",
      "echo $(id)",
      "echo `id`",
      "az acr login > /dev/null",
      "sleep 1 & echo",
    ]) {
      assert.throws(() => run(text), /the stand-in does not know 'a script with pipes/);
    }
  });

  it("prove a service only where a container group has its name, and the image that it should", () => {
    run("az acr build -r teamreg -t wine:0123456789ab .");
    const digest = desk.cloud.state.images["teamreg.azurecr.io/wine"]?.["0123456789ab"] ?? "";
    const identity = desk.identity();
    desk.role(desk.cloud.resources[1]?.id ?? "", identity.outputs.principalId);
    desk.service(
      {
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        imageRegistryCredentials: [{ server: "teamreg.azurecr.io", identity: identity.id }],
      },
      { image: `teamreg.azurecr.io/wine@${digest}` },
    );
    const smoke = (host: string, image: string): string =>
      run(`node cli/launch.cjs smoke --url http://${host}:5001 --identity ${image} --deadline 10`);
    const host = "team-wine.westeurope.azurecontainer.io";
    assert.match(smoke(host, "0123456789abcdef"), /answers as image 0123456789ab \(the stand-in runs nothing/);
    assert.throws(() => smoke(host, "ffff"), /answers as image 0123456789ab, not ffff/);
    assert.throws(() => smoke("other.westeurope.azurecontainer.io", "0123"), /does not answer/);
  });

  it("are read as a shell reads them", () => {
    assert.deepEqual(readScript(`a 'b c' "d $X" e\\ f # comment\n\n g;h && "i"`, { X: "x" }), [
      ["a", "b c", "d x", "e f"],
      ["g"],
      ["h"],
      ["i"],
    ]);
    assert.deepEqual(readScript(`say "\\"\${X}\\$"`, { X: "x" }), [["say", '"x$']]);
    assert.equal(readScript(`say 'open`, {}), undefined);
  });
});

function container(more: Record<string, unknown>): Record<string, unknown> {
  return { name: "wine", image: "x", resources: { requests: { cpu: 1, memoryInGB: 1 } }, ...more };
}
