import { strict as assert } from "node:assert";
import fc from "fast-check";
import { azureId, parseAzureId } from "../../components/internal/azure-ids";
import { azureNames, stableUuid, uniqueName } from "../../components/internal/azure-names";
import { halves, networkRange } from "../../components/internal/azure-ranges";
import { azureRegions, nearestRegion, regionName, unknownRegion } from "../../components/internal/azure-regions";

describe("names in Azure", () => {
  it("that are made keep every rule, whatever they are made from", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (stem, seed) => {
        const name = uniqueName(stem, seed);
        return [azureNames.storageAccount, azureNames.keyVault, azureNames.registry, azureNames.workspace].every(
          (rule) => rule.holds(name),
        );
      }),
    );
  });

  it("that are made are the same for the same seed, and others for another", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        (stem, one, other) => (uniqueName(stem, one) === uniqueName(stem, other)) === (one === other),
      ),
    );
  });

  it("of role assignments are UUIDs that depend on every part", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (parts, more) => {
        const uuid = stableUuid(...parts);
        return (
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid) &&
          uuid === stableUuid(...parts) &&
          uuid !== stableUuid(...parts, more)
        );
      }),
    );
  });

  it("have the lengths that Azure gives them", () => {
    for (const [rule, shortest, longest, letter] of [
      [azureNames.resourceGroup, 1, 90, "a"],
      [azureNames.storageAccount, 3, 24, "a"],
      [azureNames.keyVault, 3, 24, "a"],
      [azureNames.registry, 5, 50, "A"],
      [azureNames.logAnalyticsWorkspace, 4, 63, "a"],
      [azureNames.applicationInsights, 1, 255, "é"],
      [azureNames.workspace, 3, 33, "9"],
      [azureNames.identity, 3, 128, "a"],
    ] as const) {
      const lengths = [shortest - 1, shortest, longest, longest + 1].map((length) => rule.holds(letter.repeat(length)));
      assert.deepEqual(lengths, [false, true, true, false], rule.must);
    }
  });
});

describe("ids in Azure", () => {
  const subnet =
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/wide/subnets/ends";

  it("are taken apart, in whatever case", () => {
    assert.deepEqual(parseAzureId(subnet), {
      subscriptionId: "00000000-0000-4000-8000-000000000001",
      resourceGroupName: "Hub",
      type: "microsoft.network/virtualnetworks/subnets",
      name: "ends",
      parentId: subnet.replace("/subnets/ends", ""),
    });
    assert.equal(parseAzureId(subnet.replace("/subnets/ends", ""))?.parentId, undefined);
    assert.ok(
      azureId("Microsoft.Network/virtualNetworks/subnets").holds(
        subnet.toUpperCase().replace("SUBSCRIPTIONS", "subscriptions"),
      ),
    );
  });

  it("are not what only looks like one", () => {
    for (const text of ["", "ends", "/subscriptions/1", `${subnet}/`, subnet.replace("/ends", ""), `x${subnet}`]) {
      assert.equal(parseAzureId(text), undefined, text);
    }
  });
});

describe("regions of Azure", () => {
  it("are all region names, and known", () => {
    assert.ok(azureRegions.length > 50 && new Set(azureRegions).size === azureRegions.length);
    assert.deepEqual(
      azureRegions.filter((region) => !regionName.holds(region) || unknownRegion(region) !== undefined),
      [],
    );
  });

  it("are found from a word with a letter missing", () => {
    assert.equal(nearestRegion("westeurop"), "westeurope");
    assert.equal(nearestRegion("easteurope"), "westeurope");
    assert.equal(nearestRegion("mars"), undefined);
    fc.assert(
      fc.property(fc.constantFrom(...azureRegions), fc.nat(), (region, at) => {
        const index = at % region.length;
        return nearestRegion(region.slice(0, index) + region.slice(index + 1)) !== undefined;
      }),
    );
  });
});

describe("ranges of a network", () => {
  it("are private, begin where they say, and leave Docker's alone", () => {
    const kept = ["10.0.0.0/8", "10.80.0.0/24", "172.16.0.0/16", "172.18.0.0/27", "192.168.7.0/27"];
    const broken = [
      "10.0.0.1/24",
      "10.0.0.0/28",
      "11.0.0.0/24",
      "172.17.1.0/24",
      "172.16.0.0/12",
      "10.0.0/24",
      "10.0.0.256/24",
      "::/64",
    ];
    assert.deepEqual(
      [...kept, ...broken].filter((range) => networkRange.holds(range)),
      kept,
    );
  });

  it("have two halves, which are ranges themselves and together the whole", () => {
    assert.deepEqual(halves("10.80.0.0/24"), ["10.80.0.0/25", "10.80.0.128/25"]);
    fc.assert(
      fc.property(fc.nat(0xffff), fc.integer({ min: 8, max: 26 }), (seed, prefix) => {
        const start = (seed * 256) & (-1 << (32 - prefix)) & 0xffffff;
        const text = `10.${(start >> 16) & 255}.${(start >> 8) & 255}.${start & 255}/${prefix}`;
        return !networkRange.holds(text) || halves(text).every((half) => networkRange.holds(half));
      }),
    );
  });
});
