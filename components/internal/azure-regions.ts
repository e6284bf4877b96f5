import type { Rule } from "./problems";

/** Regions of Azure's public cloud, as of 2026-11-24; a new one is warned of, not refused. */
export const azureRegions = (
  "australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth brazilsoutheast " +
  "canadacentral canadaeast centralindia centralus chilecentral denmarkeast eastasia eastus eastus2 francecentral francesouth " +
  "germanynorth germanywestcentral indonesiacentral israelcentral italynorth japaneast japanwest jioindiacentral jioindiawest " +
  "koreacentral koreasouth malaysiawest mexicocentral newzealandnorth northcentralus northeurope norwayeast norwaywest " +
  "polandcentral qatarcentral southafricanorth southafricawest southcentralus southeastasia southindia spaincentral " +
  "swedencentral switzerlandnorth switzerlandwest uaecentral uaenorth uksouth ukwest westcentralus westeurope westindia " +
  "westus westus2 westus3"
).split(" ");

/** A region's name; whether the region exists is {@link unknownRegion}'s matter. */
export const regionName: Rule<string> = {
  must: "must be the name of a region in lower-case letters and digits",
  holds: (value) => typeof value === "string" && /^[a-z][a-z]+[0-9]?$/.test(value),
  remedy: (value) => {
    const near = typeof value === "string" ? nearestRegion(value.toLowerCase().replace(/[^a-z0-9]/g, "")) : undefined;
    return near === undefined ? "such as 'westeurope'" : `did you mean '${near}'`;
  },
};

/** What to warn of for a region that is not on the list; undefined for one that is. */
export function unknownRegion(region: string): string | undefined {
  if (azureRegions.includes(region)) {
    return undefined;
  }
  const near = nearestRegion(region);
  const hint = near === undefined ? "" : `: did you mean '${near}'?`;
  return `'${region}' is not among the regions known on 2026-11-24${hint}`;
}

/** The region with the fewest edits to a text, where they are at most two (a letter missing, doubled, wrong or swapped). */
export function nearestRegion(text: string): string | undefined {
  const scored = azureRegions.map((region) => ({ region, edits: distance(text, region) }));
  const best = scored.reduce((one, other) => (other.edits < one.edits ? other : one));
  return best.edits <= 2 ? best.region : undefined;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
