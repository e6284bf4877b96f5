import type { Value } from "../../../../../provider/rpc/values";
import { parentOf } from "../ids";
import { listOf, recordOf, textOf } from "../../values";
import { first, type Request, type Rule } from "./rule";

/** Roles and policies that every subscription has. */
const builtIn = /\/providers\/Microsoft\.Authorization\/(roleDefinitions|policyDefinitions)\//i;

export const referenceRules: readonly Rule[] = [
  {
    id: "parent-missing",
    on: "write",
    source: "learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found",
    refuse: (request) => {
      const parent = parentOf(request.id);
      if (parent === undefined || exists(request, parent)) {
        return undefined;
      }
      return /\/providers\//i.test(parent)
        ? `ParentResourceNotFound: Failed to perform 'write' on '${request.id}', because parent resource '${parent}' not found.`
        : `ResourceGroupNotFound: Resource group '${parent.split("/").at(-1) ?? ""}' could not be found.`;
    },
  },
  {
    id: "reference-missing",
    on: "write",
    source: "learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found",
    refuse: (request) =>
      first(idsIn(request.inputs), (id) =>
        exists(request, id)
          ? undefined
          : `InvalidResourceReference: Resource ${id} referenced by resource ${request.id} was not found.`,
      ),
  },
  {
    id: "delete-locked",
    on: "delete",
    source: "learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    refuse: ({ id, cloud }) => {
      const isLock = /\/providers\/Microsoft\.Authorization\/locks\//i;
      const lock = cloud.resources.find(
        (other) =>
          isLock.test(other.id) &&
          !isLock.test(id) &&
          isBelow(id, other.id.replace(/\/providers\/Microsoft\.Authorization\/locks\/.*$/i, "")),
      );
      return (
        lock &&
        `ScopeLocked: The scope '${id}' cannot perform delete operation because following scope(s) are locked: '${lock.id}'.`
      );
    },
  },
  {
    id: "delete-with-children",
    on: "delete",
    source: "stricter: Azure would remove them too, and a stack that removes things in a wrong order would not be seen",
    refuse: ({ id, type, cloud }) => {
      if (type === "machinelearningservices:BatchEndpoint") {
        // As stacks rely on: its default deployment can't go before it.
        return undefined;
      }
      const child = cloud.resources.find(
        (other) => other.deployed !== true && other.id.toLowerCase().startsWith(`${id.toLowerCase()}/`),
      );
      return child && `the stand-in refuses: '${id}' still holds '${child.id}', which must be deleted first.`;
    },
  },
  {
    id: "delete-referenced",
    on: "delete",
    source: "stricter: Azure refuses it for networks (InUse…CannotBeDeleted) and lets others dangle",
    refuse: ({ id, cloud }) => {
      const user = cloud.resources.find(
        (other) => other.id.toLowerCase() !== id.toLowerCase() && idsIn(other.inputs).some((used) => isBelow(used, id)),
      );
      return user && `the stand-in refuses: '${id}' is in use by '${user.id}', which must be deleted or changed first.`;
    },
  },
];

/** ARM ids of resources among the inputs, at any depth. */
export function idsIn(value: Value): string[] {
  if (typeof value === "string") {
    return /^\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+(\/providers\/[^\s]+)?$/i.test(value) ? [value] : [];
  }
  const items = Array.isArray(value) ? value : Object.values(recordOf(value));
  return items.flatMap(idsIn);
}

/** Whether an id is, or lies below, another. */
function isBelow(id: string, other: string): boolean {
  return `${id.toLowerCase()}/`.startsWith(`${other.toLowerCase()}/`);
}

function exists({ cloud }: Request, id: string): boolean {
  const holder = id.replace(/\/(?:blob|file|queue|table)Services\/default$/i, "");
  return cloud.find(holder) !== undefined || builtIn.test(id) || isInline(cloud, id);
}

/** Parts that are declared in the resource that holds them: `…/virtualNetworks/v/subnets/s`. */
function isInline(cloud: Request["cloud"], id: string): boolean {
  const [, holderId = "", collection = "", name = ""] = /^(.+)\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
  const holder = cloud.find(holderId);
  const parts = listOf(holder?.inputs[collection]);
  return (
    holder?.attached === true || parts.some((part) => textOf(recordOf(part).name).toLowerCase() === name.toLowerCase())
  );
}
