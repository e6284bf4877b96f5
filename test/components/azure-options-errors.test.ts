import { AzureWorkspace } from "../../components";
import { refused } from "../support/refused";

/** What a user gets wrong in the options of what is made, beside `location`, and the whole error. */
type Row = readonly [args: Readonly<Record<string, unknown>>, error: string];

const principal = { principalId: "00000000-0000-4000-8000-00000000000a", principalType: "User" };

const rows: readonly Row[] = [
  [
    { storage: { redundancy: "LRS" } },
    "'storage.redundancy' must be 'Standard_LRS', 'Standard_ZRS', 'Standard_GRS' or 'Standard_GZRS', got 'LRS'",
  ],
  [{ storage: { softDeleteInDays: 366 } }, "'storage.softDeleteInDays' must be an integer from 1 to 365, got 366"],
  [
    { storage: { modelRetention: {} } },
    "'storage.modelRetention' must have 'coolAfterDays' or 'deleteAfterDays', got neither; leave it out where models stay",
  ],
  [
    { storage: { modelRetention: { coolAfterDays: -1 } } },
    "'storage.modelRetention.coolAfterDays' must be an integer from 0 to 36500, got -1",
  ],
  [
    { storage: { modelRetention: { deleteAfterDays: 0 } } },
    "'storage.modelRetention.deleteAfterDays' must be an integer from 1 to 36500, got 0",
  ],
  [
    { storage: { modelRetention: { coolAfterDays: 9, deleteAfterDays: 9 } } },
    "'storage.modelRetention.coolAfterDays' must be less than 'deleteAfterDays', got 9 and 9",
  ],
  [
    { storage: { modelRetention: { deleteAfterDays: 1, modelNames: [] } } },
    "'storage.modelRetention.modelNames' must hold at least one name, got none; leave it out to mean all",
  ],
  [
    { storage: { modelRetention: { deleteAfterDays: 1, modelNames: ["a b"] } } },
    "'storage.modelRetention.modelNames[0]' must be 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first, got 'a b'; for example 'a-b'",
  ],
  [
    { storage: { modelRetention: { deleteAfterDays: 1, tag: { a: "1", b: "2" } } } },
    '\'storage.modelRetention.tag\' must hold one name with its text, got {"a":"1","b":"2"}',
  ],
  [{ keyVault: { purgeProtection: "no" } }, "'keyVault.purgeProtection' must be true or false, got 'no'"],
  [{ keyVault: { softDeleteInDays: 6 } }, "'keyVault.softDeleteInDays' must be an integer from 7 to 90, got 6"],
  [{ logs: { retentionInDays: 7 } }, "'logs.retentionInDays' must be an integer from 30 to 730, got 7"],
  [{ logs: { dailyQuotaInGb: 0 } }, "'logs.dailyQuotaInGb' must be a number of at least 0.023, got 0"],
  [{ registry: { sku: "premium" } }, "'registry.sku' must be 'Basic', 'Standard' or 'Premium', got 'premium'"],
  [
    { registry: { untaggedRetentionInDays: 366 } },
    "'registry.untaggedRetentionInDays' must be an integer from 0 to 365, got 366",
  ],
  [{ registry: { quarantine: 1 } }, "'registry.quarantine' must be true or false, got 1"],
  [
    { registry: { sku: "Standard", untaggedRetentionInDays: 7, quarantine: true }, network: {} },
    "'registry.sku' must be 'Premium' with 'network' and 'registry.untaggedRetentionInDays' and 'registry.quarantine', got 'Standard'",
  ],
  [{ network: "private" }, "'network' must be 'public', got 'private'; or a map, for private endpoints"],
  [
    { network: { addressRange: "10.0.0.1/24" } },
    "'network.addressRange' must be a private range in CIDR form, /8 to /27, outside of 172.17.0.0/16, got '10.0.0.1/24'; such as '10.80.0.0/24'",
  ],
  [{ network: { dnsZones: "no" } }, "'network.dnsZones' must be true or false, got 'no'"],
  [
    { network: { subnetId: "/subscriptions/x" } },
    "'network.subnetId' must be the id of a Microsoft.Network/virtualNetworks/subnets, got '/subscriptions/x'; /subscriptions/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
  ],
  [
    {
      network: {
        addressRange: "10.0.0.0/24",
        subnetId:
          "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/a/providers/Microsoft.Network/virtualNetworks/b/subnets/c",
      },
    },
    "'network.addressRange' must be left out with 'network.subnetId'; it is for a network that is made",
  ],
  [
    { publishers: { CI: principal } },
    "'publishers.CI' must be named in lower-case letters and single dashes, got 'CI'",
  ],
  [
    { publishers: { ci: { ...principal, principalId: "me@example.com" } } },
    "'publishers.ci.principalId' must be an object id of 8, 4, 4, 4 and 12 hex characters, got 'me@example.com'; az ad signed-in-user show --query id tells it",
  ],
  [
    { publishers: { ci: { ...principal, principalType: "App" } } },
    "'publishers.ci.principalType' must be 'User', 'Group' or 'ServicePrincipal', got 'App'",
  ],
  [
    { publishers: { ci: principal }, assignRoles: false },
    "'publishers' must be left out with 'assignRoles: false'; no role is assigned then",
  ],
  [
    { modelRegistry: { registryName: "-" } },
    "'modelRegistry.registryName' must be 3 to 33 letters, digits, dashes and underscores, a letter or digit first, got '-'",
  ],
  [
    { modelRegistry: { registryName: "shared", resourceGroupName: "a." } },
    "'modelRegistry.resourceGroupName' must be 1 to 90 letters, digits, underscores, parentheses, dashes and dots, no dot last, got 'a.'",
  ],
];

describe("errors of the options of AzureWorkspace", () => {
  for (const [args, message] of rows) {
    it(`tell: ${message.split("\n", 1)[0]?.slice(0, 110) ?? ""}`, async () => {
      const program = () => new AzureWorkspace("team", { location: "westeurope", ...args });
      await refused(program, message);
    });
  }
});
