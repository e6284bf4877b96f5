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
export function statusOf({ token, made }: Pick<CloudResource, "token" | "made">): Values {
  const { address } = made;
  if (address === undefined) {
    return {};
  }
  return {
    status:
      kindOf(token) === "Gateway"
        ? { addresses: [{ type: "IPAddress", value: address }] }
        : { loadBalancer: { ingress: [{ ip: address }] } },
  };
}

/** The same in a preview, where it is not there yet. */
export function statusLater(token: string, inputs: Values): Values {
  return hasAddress(token, inputs) ? { status: unknown } : {};
}

/** What an object has once it is made: it keeps its address. */
export function madeOf(cloud: Cloud, token: string, inputs: Values, before?: CloudResource): Values {
  return hasAddress(token, inputs) ? { address: before?.made.address ?? freeAddress(cloud) } : {};
}

/** The first that nobody has of 198.18.0.0/15, which RFC 2544 keeps for tests. */
function freeAddress(cloud: Cloud): string {
  const taken = new Set(cloud.resources.map(({ made }) => made.address));
  for (let number = 1; ; number += 1) {
    const address = `198.18.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) {
      return address;
    }
  }
}

/** Whether callers reach an object under that address. */
export function isAt({ token, made }: CloudResource, address: string): boolean {
  return token.startsWith("kubernetes:") && made.address === address;
}
