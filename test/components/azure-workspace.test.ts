import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AzureWorkspace, type AzureWorkspaceArgs } from "../../components";
import { azureRoles } from "../../components/azure/roles";
import { armId } from "../azure-mocks";
import { only, runProgram, value } from "../harness";
import { all, byDefault, inputs, lines, listed, needs } from "../support/azure-run";

const location = "westeurope";
const group = "team-group-made";
const tags = { project: "scorestack", stack: "local" };
const common = { resourceGroupName: group, location, tags };
const id = {
  logs: armId(group, "Microsoft.OperationalInsights/workspaces", "scorestack-local-team-logs"),
  insights: armId(group, "Microsoft.Insights/components", "scorestack-local-team-insights"),
  mlIdentity: armId(group, "Microsoft.ManagedIdentity/userAssignedIdentities", "scorestack-local-team-ml-identity"),
};

const make = (args: AzureWorkspaceArgs = { location }) => runProgram(() => new AzureWorkspace("team", args));

/** Does not prove: that Azure takes any of it, or that the roles are enough; that needs a subscription. */
describe("AzureWorkspace", () => {
  it("makes exactly these, all below itself and labelled where a label can be", async () => {
    const run = await make();
    assert.deepEqual(listed(run), lines(byDefault));
    const [own, ...children] = run.resources;
    assert.ok(children.every(({ parent }) => parent === own?.urn));
    const labelled = children.filter(({ inputs }) => inputs["tags"] !== undefined);
    assert.ok(labelled.every(({ inputs }) => JSON.stringify(inputs["tags"]) === JSON.stringify(tags)));
    assert.equal(
      labelled.length,
      children.length - lines(byDefault).filter((line) => /Role|Diagn|BlobS/.test(line)).length,
    );
  });

  it("takes an Entra login alone for storage, without public blobs, and keeps what is deleted for a while", async () => {
    const run = await make();
    assert.deepEqual(inputs(run, "storage:StorageAccount"), {
      ...common,
      accountName: "teamabdfdd5017a0",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      accessTier: "Hot",
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      publicNetworkAccess: "Enabled",
      networkRuleSet: { bypass: "AzureServices", defaultAction: "Allow" },
    });
    assert.deepEqual(inputs(run, "storage:BlobServiceProperties"), {
      resourceGroupName: group,
      accountName: "teamabdfdd5017a0",
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 14 },
      containerDeleteRetentionPolicy: { enabled: true, days: 14 },
    });
  });

  it("has a vault with roles and purge protection, and a registry without admin user or anonymous pull", async () => {
    const run = await make();
    const { properties, ...vault } = inputs(run, "keyvault:Vault");
    assert.deepEqual(vault, { ...common, vaultName: "team5e100712dfc9" });
    assert.deepEqual(properties, {
      tenantId: "tenant",
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection: true,
      publicNetworkAccess: "enabled",
      networkAcls: { bypass: "AzureServices", defaultAction: "Allow" },
      // What azure-native itself adds.
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
    });
    assert.deepEqual(inputs(run, "containerregistry:Registry"), {
      ...common,
      registryName: "teambb59c2c0fb9c",
      sku: { name: "Basic" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: "Enabled",
      networkRuleBypassOptions: "AzureServices",
      zoneRedundancy: "Disabled",
    });
  });

  it("makes an Azure ML workspace of the parts, after its identity has its roles", async () => {
    const run = await make();
    const workspace = only(run, "azure-native:machinelearningservices:Workspace");
    assert.deepEqual(workspace.inputs, {
      ...common,
      workspaceName: "team4ad05bb1306d",
      friendlyName: "team",
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "UserAssigned", userAssignedIdentities: [id.mlIdentity] },
      primaryUserAssignedIdentity: id.mlIdentity,
      storageAccount: armId(group, "Microsoft.Storage/storageAccounts", "teamabdfdd5017a0"),
      keyVault: armId(group, "Microsoft.KeyVault/vaults", "team5e100712dfc9"),
      containerRegistry: armId(group, "Microsoft.ContainerRegistry/registries", "teambb59c2c0fb9c"),
      applicationInsights: id.insights,
      systemDatastoresAuthMode: "Identity",
      publicNetworkAccess: "Enabled",
      v1LegacyMode: false,
    });
    const before = lines(byDefault).flatMap((line) => /(team-ml-(?!identity).*)/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      before.filter((name) => !needs(workspace).includes(name)),
      [],
    );
  });

  it("gives containers the right to pull and to read models, and Azure ML what it asks for", async () => {
    const run = await make();
    const granted = all(run, "authorization:RoleAssignment").map(({ name, inputs: given }) => [
      name,
      Object.entries(azureRoles).find(([, role]) => String(given["roleDefinitionId"]).endsWith(role))?.[0],
      String(given["scope"]).split("/").at(-2),
      given["principalId"],
      given["principalType"],
    ]);
    const [containers, ml] = [
      "principal-scorestack-local-team-identity",
      "principal-scorestack-local-team-ml-identity",
    ];
    const principal = "ServicePrincipal";
    assert.deepEqual(granted.sort(), [
      ["team-ml-account", "contributor", "storageAccounts", ml, principal],
      ["team-ml-blobs", "storageBlobDataContributor", "storageAccounts", ml, principal],
      ["team-ml-files", "storageFileDataPrivilegedContributor", "storageAccounts", ml, principal],
      ["team-ml-insights", "contributor", "components", ml, principal],
      ["team-ml-registry", "contributor", "registries", ml, principal],
      ["team-ml-secrets", "keyVaultAdministrator", "vaults", ml, principal],
      ["team-ml-vault", "contributor", "vaults", ml, principal],
      ["team-pull", "acrPull", "registries", containers, principal],
      ["team-read", "storageBlobDataReader", "storageAccounts", containers, principal],
    ]);
  });

  it("names a role assignment by what it says: the same each run, no two alike", async () => {
    const names = async () =>
      all(await make(), "authorization:RoleAssignment").map((one) => one.inputs["roleAssignmentName"]);
    const [first, second] = [await names(), await names()];
    assert.deepEqual(first, second);
    assert.equal(new Set(first).size, 9);
    assert.ok(
      first.every((name) => /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(name))),
    );
  });

  it("gives publishers their roles, by name", async () => {
    const principalId = "00000000-0000-4000-8000-00000000000A";
    const run = await make({ location, publishers: { ci: { principalId, principalType: "ServicePrincipal" } } });
    const more = all(run, "authorization:RoleAssignment").filter(
      ({ inputs: given }) => given["principalId"] === principalId,
    );
    assert.deepEqual(
      more.map(({ name, inputs: given }) => [name, String(given["roleDefinitionId"]).split("/").at(-1)]).sort(),
      [
        ["team-ci-push", azureRoles.acrPush],
        ["team-ci-upload", azureRoles.storageBlobDataContributor],
      ],
    );
  });

  it("assigns no role where it must not", async () => {
    const run = await make({ location, assignRoles: false });
    assert.deepEqual(
      listed(run),
      lines(byDefault).filter((line) => !line.includes("RoleAssignment")),
    );
  });

  it("sends logs and metrics of registry, vault, blobs and workspace to Log Analytics", async () => {
    const run = await make();
    const sent = all(run, "monitor:DiagnosticSetting").map(({ inputs: { resourceUri, metrics, ...rest } }) => {
      assert.deepEqual(rest, {
        name: "scorestack",
        workspaceId: id.logs,
        logs: [{ categoryGroup: "allLogs", enabled: true }],
      });
      const [{ category }] = metrics as [{ category: string }];
      return [String(resourceUri).split("/").slice(-2).join("/"), category];
    });
    assert.deepEqual(sent.sort(), [
      ["blobServices/default", "Transaction"],
      ["registries/teambb59c2c0fb9c", "AllMetrics"],
      ["vaults/team5e100712dfc9", "AllMetrics"],
      ["workspaces/team4ad05bb1306d", "AllMetrics"],
    ]);
  });

  it("passes every choice on", async () => {
    const run = await make({
      location,
      tags: { team: "growth" },
      storage: {
        redundancy: "Standard_ZRS",
        softDeleteInDays: 30,
        modelRetention: { coolAfterDays: 30, deleteAfterDays: 365, modelNames: ["churn"], tag: { retire: "yes" } },
      },
      keyVault: { purgeProtection: false, softDeleteInDays: 7 },
      registry: { untaggedRetentionInDays: 30, quarantine: true },
      logs: { retentionInDays: 90, dailyQuotaInGb: 1 },
    });
    assert.deepEqual(inputs(run, "storage:StorageAccount")["sku"], { name: "Standard_ZRS" });
    assert.deepEqual(inputs(run, "storage:BlobServiceProperties")["deleteRetentionPolicy"], {
      enabled: true,
      days: 30,
    });
    assert.deepEqual(inputs(run, "storage:ManagementPolicy"), {
      resourceGroupName: group,
      accountName: "teamabdfdd5017a0",
      managementPolicyName: "default",
      policy: {
        rules: [
          {
            name: "models",
            type: "Lifecycle",
            enabled: true,
            definition: {
              filters: {
                blobTypes: ["blockBlob"],
                prefixMatch: ["azureml-blobstore-guid-of-team4ad05bb1306d/models/churn/"],
                blobIndexMatch: [{ name: "retire", op: "==", value: "yes" }],
              },
              actions: {
                baseBlob: {
                  tierToCool: { daysAfterModificationGreaterThan: 30 },
                  delete: { daysAfterModificationGreaterThan: 365 },
                },
              },
            },
          },
        ],
      },
    });
    const vault = inputs(run, "keyvault:Vault")["properties"] as Record<string, unknown>;
    assert.deepEqual([vault["enablePurgeProtection"], vault["softDeleteRetentionInDays"]], [undefined, 7]);
    const { sku, policies } = inputs(run, "containerregistry:Registry");
    assert.deepEqual(
      [sku, policies],
      [
        { name: "Premium" },
        { retentionPolicy: { days: 30, status: "enabled" }, quarantinePolicy: { status: "enabled" } },
      ],
    );
    const { retentionInDays, workspaceCapping } = inputs(run, "operationalinsights:Workspace");
    assert.deepEqual([retentionInDays, workspaceCapping], [90, { dailyQuotaGb: 1 }]);
    assert.deepEqual(inputs(run, "resources:ResourceGroup")["tags"], { ...tags, team: "growth" });
  });

  it("takes the names that it is given", async () => {
    const names = {
      resourceGroup: "rg",
      workspace: "ml-team",
      storageAccount: "teamstore",
      keyVault: "team-vault",
      registry: "teamimages",
      logAnalyticsWorkspace: "team-logs",
      applicationInsights: "Team insights",
      identity: "team-containers",
    };
    const run = await make({ location, names });
    const given = (type: string, property: string, name?: string) => inputs(run, type, name)[property];
    assert.deepEqual(
      [
        given("resources:ResourceGroup", "resourceGroupName"),
        given("machinelearningservices:Workspace", "workspaceName"),
        given("storage:StorageAccount", "accountName"),
        given("keyvault:Vault", "vaultName"),
        given("containerregistry:Registry", "registryName"),
        given("operationalinsights:Workspace", "workspaceName"),
        given("applicationinsights:Component", "resourceName"),
        given("managedidentity:UserAssignedIdentity", "resourceName", "team-identity"),
      ],
      Object.values(names),
    );
  });

  it("protects what holds models, images and secrets by choice", async () => {
    const run = await make({ location, protectData: true });
    const guarded = run.resources.filter(({ protect }) => protect).map(({ name }) => name);
    assert.deepEqual(guarded.sort(), ["team", "team-registry", "team-storage", "team-vault"]);
  });

  it("tells services where they run, and keeps keys and connection strings secret", async () => {
    const { result, resources } = await make();
    const told = await Promise.all(
      [
        result.workspaceName,
        result.resourceGroupName,
        result.location,
        result.storageAccountName,
        result.registryName,
        result.registryServer,
        result.identityClientId,
      ].map(value),
    );
    assert.deepEqual(told, [
      "team4ad05bb1306d",
      group,
      location,
      "teamabdfdd5017a0",
      "teambb59c2c0fb9c",
      "teambb59c2c0fb9c.azurecr.io",
      "client-scorestack-local-team-identity",
    ]);
    const { logs, insightsConnectionString, ready } = result;
    assert.equal(await value(pulumi.output(logs.workspaceKey)), "key-of-scorestack-local-team-logs");
    const secrets = [pulumi.output(logs.workspaceKey), insightsConnectionString].map((output) =>
      pulumi.isSecret(output),
    );
    assert.deepEqual(await Promise.all(secrets), [true, true]);
    assert.deepEqual(
      only({ resources, result }, "azure-native:applicationinsights:Component").additionalSecretOutputs,
      ["connectionString", "instrumentationKey"],
    );
    const [own, ...children] = resources;
    assert.doesNotMatch(JSON.stringify(children.map(({ inputs: given }) => given)), /canary|key-of/);
    assert.match(JSON.stringify(own?.outputs?.["insightsConnectionString"]), /1b47061264138c4ac30d75fd1eb44270/);
    assert.equal(ready.length, 2);
  });
});
