import { type Changes, compare } from "../../../../provider/rpc/diff";
import type { Value, Values } from "../../../../provider/rpc/values";
import type { CheckCall } from "../package";
import type { ResourceShape } from "../typings/shapes";
import { autoName, autoNameOf } from "./ids";

/** Kept by azure-native in the inputs: the name is its own choice, so that the next one can be made before this is deleted. */
export const createBeforeDelete = "__createBeforeDelete";
/** Inputs that azure-native adds, and Azure is not asked for. */
export const ownInputs = [createBeforeDelete, "azureApiVersion"] as const;

/**
 * The inputs with the name, region and API version that azure-native fills in. Source: `applyDefaults` in pulumi-azure-native.
 *
 * @param regionOf the region that a resource has by default; undefined where nobody knows
 */
export function fillInputs(
  type: string,
  { name, inputs, olds, seed }: CheckCall,
  shape: ResourceShape,
  regionOf: (group: Value | undefined) => Value | undefined,
): Values {
  const filled = withoutNulls(inputs);
  const auto = autoNameOf(type);
  if (auto && filled[auto.input] === undefined) {
    const known = olds[auto.input];
    filled[auto.input] = known ?? autoName(auto.kind, name, seed);
    if (known === undefined ? auto.kind !== "copy" : olds[createBeforeDelete] === true) {
      filled[createBeforeDelete] = true;
    }
  }
  if ("location" in shape.inputs && filled.location === undefined) {
    const location = olds.location ?? regionOf(filled.resourceGroupName);
    Object.assign(filled, location === undefined ? {} : { location });
  }
  return shape.apiVersion === undefined ? filled : { ...filled, azureApiVersion: shape.apiVersion };
}

/** What Azure is asked for. */
export function withoutOwn(inputs: Values): Values {
  const { [createBeforeDelete]: _flag, azureApiVersion: _version, ...asked } = inputs;
  return asked;
}

/** Differences as azure-native tells them: a region may be written in two ways. */
export function compareInputs(olds: Values, news: Values): Changes {
  return compare(comparable(olds), comparable(news));
}

/** A region as Azure's own names have it: `westeurope`. */
export function regionName(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}

function comparable(inputs: Values): Values {
  const { location, ...rest } = withoutOwn(withoutNulls(inputs));
  return location === undefined
    ? rest
    : { ...rest, location: typeof location === "string" ? regionName(location) : location };
}

/** A null is what is not there. */
function withoutNulls(values: Values): Values {
  const known = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([key, value]) => [key, plain(value)]));
}

function plain(value: Value): Value {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return typeof value === "object" && value !== null ? withoutNulls(value) : value;
}
