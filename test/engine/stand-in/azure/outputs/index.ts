import type { Values } from "../../../../../provider/rpc/values";
import type { ResourceShape } from "../../typings/shapes";
import { armType } from "../types";
import { computeOutputs } from "./compute";
import type { Outputs, Resource } from "./context";
import { identityOutputs, platformOutputs } from "./platform";

const outputs: Readonly<Record<string, Outputs>> = { ...platformOutputs, ...computeOutputs };

/** What is written and never answered. Source: `x-ms-secret` and the descriptions in Azure's API descriptions. */
const writeOnly: ReadonlySet<string> = new Set(["secureValue", "password", "workspaceKey", "storageAccountKey"]);

/** Everything that Azure answers about a resource. What stands only in its path is not in there. */
export function outputsOf(resource: Resource, shape: ResourceShape): Values {
  const all: Values = {
    ...(withoutSecrets(resource.inputs) as Values),
    name: resource.name,
    type: armType(resource.type),
    provisioningState: "Succeeded",
    ...(shape.apiVersion === undefined ? {} : { azureApiVersion: shape.apiVersion }),
    ...(withoutSecrets(withDefaults(outputs[resource.type]?.(resource) ?? {}, resource.inputs)) as Values),
    ...identityOutputs(resource),
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => key in shape.outputs));
}

/** A scalar that was asked for is answered as it was; the outputs' own are what Azure chooses otherwise. */
function withDefaults(answered: Values, inputs: Values): Values {
  const entries = Object.entries(answered).map(([key, value]) => {
    const asked = inputs[key];
    return [key, asked !== undefined && asked !== null && typeof asked !== "object" ? asked : value];
  });
  return Object.fromEntries(entries) as Values;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutSecrets);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([key]) => !writeOnly.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutSecrets(item)]));
}
