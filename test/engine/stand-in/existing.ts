import * as fs from "node:fs";
import * as path from "node:path";
import { parseId } from "./azure/ids";
import type { Cloud } from "./cloud";
import { Refusal } from "./package";

/**
 * Takes what is there without the stack into the cloud: `existing.json` in its folder, a list of ARM ids. Of these the stand-in
 * knows only that they are there: they answer `get…` functions, and any image can be pulled from a registry among them.
 */
export function attachExisting(cloud: Cloud): void {
  const file = path.join(cloud.folder, "existing.json");
  const ids: unknown = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : [];
  for (const id of Array.isArray(ids) ? ids.map(String) : []) {
    // The subscription is the stand-in's own, whatever it is called there.
    const own = id.replace(/^\/subscriptions\/[^/]+/, `/subscriptions/${cloud.state.subscriptionId}`);
    const parsed = parseId(own);
    if (!parsed) {
      throw new Refusal(`'${file}' must be a list of ids of Azure resources that the stand-in has, got '${id}'`);
    }
    if (!cloud.find(own)) {
      const inputs = { location: "westeurope", ...parsed.inputs };
      cloud.put({ id: own, token: `azure-native:${parsed.type}`, inputs, made: { birth: "existing" }, attached: true });
    }
  }
}
