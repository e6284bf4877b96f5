import type { Rule } from "./problems";

/** The parts of a resource's id in Azure. */
export interface AzureId {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Lower case, such as `microsoft.storage/storageaccounts`. */
  readonly type: string;
  /** Name of the resource, the last part. */
  readonly name: string;
  /** Id of what it is a part of: a subnet's network, for one. Undefined for a resource of its own. */
  readonly parentId: string | undefined;
}

const whole = /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)$/i;

/** Takes a resource's id apart; undefined for a text that is none. */
export function parseAzureId(id: string): AzureId | undefined {
  const [, subscriptionId, resourceGroupName, namespace = "", path = ""] = whole.exec(id) ?? [];
  if (subscriptionId === undefined || resourceGroupName === undefined) {
    return undefined;
  }
  const parts = path.slice(1).split("/");
  const types = parts.filter((_, index) => index % 2 === 0);
  return {
    subscriptionId,
    resourceGroupName,
    type: [namespace, ...types].join("/").toLowerCase(),
    name: parts.at(-1) ?? "",
    parentId: parts.length > 2 ? id.split("/").slice(0, -2).join("/") : undefined,
  };
}

/** The whole id of a resource of one type, such as `Microsoft.Network/virtualNetworks/subnets`. */
export function azureId(type: string): Rule<string> {
  return {
    must: `must be the id of a ${type}`,
    holds: (value) => typeof value === "string" && parseAzureId(value)?.type === type.toLowerCase(),
    remedy: () => `/subscriptions/…/providers/${type.replace(/\/(?=[^/]*$)/, "/…/").replace(/^([^/]+)\/…\//, "$1/")}/…`,
  };
}

/** A resource of one type: its whole id, or its name alone where it lies in the workspace's own resource group. */
export function nameOrId(type: string, name: Rule<string>): Rule<string> {
  const id = azureId(type);
  return {
    must: `must be the id of a ${type}, or its name in the workspace's resource group`,
    holds: (value) => typeof value === "string" && (value.startsWith("/") ? id.holds(value) : name.holds(value)),
    remedy: (value) => (typeof value === "string" && !value.startsWith("/") ? `a name ${name.must}` : undefined),
  };
}
