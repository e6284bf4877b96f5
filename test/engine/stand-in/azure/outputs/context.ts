import type { Values } from "../../../../../provider/rpc/values";
import type { Cloud } from "../../cloud";
import { recordOf } from "../../values";

/** A resource whose outputs are asked for. */
export interface Resource {
  readonly cloud: Cloud;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** As it was asked for. */
  readonly inputs: Values;
  /** Region, without spaces and in lower case. */
  readonly location: string;
  /** Differs from that of an earlier resource with the same id. */
  readonly birth: string;
}

/** What Azure answers beyond what it was asked for. */
export type Outputs = (resource: Resource) => Values;

/** Properties below `properties` that Azure adds there. */
export function withProperties({ inputs }: Resource, added: Values): Values {
  return { properties: { ...recordOf(inputs.properties), ...added } };
}

/** A GUID of the resource's own. */
export function own({ cloud, id, birth }: Resource, what: string): string {
  return cloud.guid(`${id}|${birth}|${what}`);
}
