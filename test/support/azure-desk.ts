import { strict as assert } from "node:assert";
import * as path from "node:path";
import type { Value, Values } from "../../provider/rpc/values";
import { AzurePackage } from "../engine/stand-in/azure";
import { Cloud } from "../engine/stand-in/cloud";
import type { Made } from "../engine/stand-in/package";
import { Typings } from "../engine/stand-in/typings";
import { temporaryFolder } from "./folder";

const acrPull =
  "/subscriptions/any/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d";
const typings = new Typings(path.resolve(__dirname, "../.."));
/** Where everything lies. */
export const resourceGroupName = "team";

const silent = { secretPaths: new Set<string>(), say: () => undefined, ran: () => undefined };

/** Something that Azure refuses. */
export interface Row {
  /** What must be there, and is taken. */
  readonly given?: (desk: AzureDesk) => unknown;
  readonly refused: (desk: AzureDesk) => unknown;
  readonly said: RegExp;
}

/** Tests that each rule has a row and a source, and that each row is refused. */
export function itRefuses(
  rules: readonly { readonly id: string; readonly source: string }[],
  rows: Readonly<Record<string, Row>>,
  desk: () => AzureDesk,
): void {
  it("have a row here and a source, each of them", () => {
    assert.deepEqual(Object.keys(rows).sort(), rules.map(({ id }) => id).sort());
    assert.deepEqual(
      rules.filter(({ source }) => source.length < 10),
      [],
    );
  });

  for (const [id, { given, refused, said }] of Object.entries(rows)) {
    it(`${id}: refused`, () => {
      given?.(desk());
      assert.throws(() => refused(desk()), said);
    });
  }
}

/** The stand-in without an engine: what it is asked for is what the engine would ask it for. */
export class AzureDesk {
  readonly cloud: Cloud;
  readonly azure: AzurePackage;
  readonly remove: () => void;

  constructor() {
    const { folder, remove } = temporaryFolder("rules");
    this.cloud = new Cloud(folder);
    this.azure = new AzurePackage(this.cloud, typings, false);
    this.remove = remove;
  }

  make(type: string, inputs: Values, name = "it"): Made {
    const subject = { urn: `urn::${name}`, token: `azure-native:${type}`, name };
    const checked = this.azure.check({ ...subject, inputs, olds: {}, seed: Buffer.from(name) });
    assert.deepEqual(checked.failures, []);
    return this.azure.create({ ...subject, ...silent, inputs: checked.inputs });
  }

  change(type: string, made: Made, inputs: Values): Made {
    const subject = { urn: "urn::it", token: `azure-native:${type}`, name: "it" };
    return this.azure.update({ ...subject, ...silent, inputs, old: { id: made.id, inputs, outputs: made.outputs } });
  }

  delete(type: string, id: string, inputs: Values = {}): void {
    const subject = { urn: "urn::it", token: `azure-native:${type}`, name: "it" };
    this.azure.delete({ ...subject, id, inputs, outputs: {}, ran: () => undefined });
  }

  group = (): Made => this.make("resources:ResourceGroup", { resourceGroupName, location: "westeurope" });
  logs = (): Made => this.make("operationalinsights:Workspace", { resourceGroupName, workspaceName: "logs" });
  identity = (resourceName = "puller"): Made =>
    this.make("managedidentity:UserAssignedIdentity", { resourceGroupName, resourceName });
  registry = (more: Values = {}): Made =>
    this.make("containerregistry:Registry", {
      resourceGroupName,
      registryName: "teamreg",
      sku: { name: "Basic" },
      ...more,
    });
  role = (scope: string, principalId: Value | undefined, more: Values = {}): Made =>
    this.make("authorization:RoleAssignment", {
      scope,
      principalId: principalId ?? "",
      roleDefinitionId: acrPull,
      ...more,
    });
  account = (more: Values = {}): Made =>
    this.make("storage:StorageAccount", {
      resourceGroupName,
      accountName: "teamdata",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      ...more,
    });
  vault = (more: Values = {}): Made =>
    this.make("keyvault:Vault", { resourceGroupName, vaultName: "team-vault", properties: this.vaultProperties(more) });
  vaultProperties = (more: Values): Values => ({
    tenantId: this.cloud.state.tenantId,
    sku: { family: "A", name: "standard" },
    ...more,
  });
  workspace = (more: Values = {}): Made =>
    this.make("machinelearningservices:Workspace", {
      resourceGroupName,
      workspaceName: "team-ml",
      identity: { type: "SystemAssigned" },
      storageAccount: this.account().id,
      keyVault: this.vault().id,
      ...more,
    });
  network = (): Made =>
    this.make("network:VirtualNetwork", {
      resourceGroupName,
      virtualNetworkName: "net",
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    });

  /** A container group that Azure takes; `more` changes it. */
  service(more: Values = {}, container: Values = {}): Made {
    return this.make("containerinstance:ContainerGroup", this.serviceInputs(more, container));
  }

  serviceInputs(more: Values = {}, container: Values = {}): Values {
    return {
      resourceGroupName,
      containerGroupName: "wine",
      osType: "Linux",
      containers: [
        {
          name: "wine",
          image: "docker.io/library/wine:1",
          resources: { requests: { cpu: 1, memoryInGB: 1 } },
          ports: [{ port: 5001 }],
          ...container,
        },
      ],
      ipAddress: { type: "Public", ports: [{ port: 5001 }], dnsNameLabel: "team-wine" },
      ...more,
    };
  }
}
