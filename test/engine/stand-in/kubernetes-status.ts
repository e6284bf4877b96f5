import { unknown, type Values } from "../../../provider/rpc/values";
import type { Cloud, CloudResource } from "./cloud";
import { recordOf, textOf } from "./values";

/** Kind of an object's token, such as `Deployment` of `kubernetes:apps/v1:Deployment`. */
export function kindOf(token: string): string {
  return token.split(":").at(-1) ?? "";
}

/** Which cluster an object is in, by its key in the cloud. */
export function clusterOf(key: string): string {
  return key.split("/", 1)[0] ?? "";
}

/** Which objects of the cluster get an address from it. */
function hasAddress(token: string, inputs: Values): boolean {
  const kind = kindOf(token);
  return kind === "Gateway" || (kind === "Service" && textOf(recordOf(inputs.spec).type) === "LoadBalancer");
}

/** What the cluster adds to an object that it was given: the address of what has one. Everything is ready at once. */
export function statusOf(cloud: Cloud, key: string, token: string, inputs: Values): Values {
  if (!hasAddress(token, inputs)) {
    return {};
  }
  const value = addressOf(cloud, key);
  return {
    status:
      kindOf(token) === "Gateway"
        ? { addresses: [{ type: "IPAddress", value }] }
        : { loadBalancer: { ingress: [{ ip: value }] } },
  };
}

/** The same in a preview, where it is not there yet. */
export function statusLater(token: string, inputs: Values): Values {
  return hasAddress(token, inputs) ? { status: unknown } : {};
}

/** One of 203.0.113.0/24, which RFC 5737 keeps for examples. */
function addressOf(cloud: Cloud, key: string): string {
  return `203.0.113.${(parseInt(cloud.stable(key, 6), 16) % 254) + 1}`;
}

/** Whether callers reach an object under that address. */
export function isAt(cloud: Cloud, { id, token, inputs }: CloudResource, address: string): boolean {
  return token.startsWith("kubernetes:") && hasAddress(token, inputs) && addressOf(cloud, id) === address;
}
