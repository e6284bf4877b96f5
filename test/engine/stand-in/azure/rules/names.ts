import { groupOf } from "../ids";
import { textOf } from "../../values";
import type { Request, Rule } from "./rule";

const namesPage = "learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules";

/** Names that Azure takes. */
const patterns: readonly (readonly [type: string, pattern: RegExp, words: string])[] = [
  ["applicationinsights:Component", /^[^%&\\?/]{1,260}(?<![. ])$/, "1 to 260 characters, none of %&\\?/"],
  [
    "containerinstance:ContainerGroup",
    /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
    "1 to 63 lower-case letters, digits and dashes",
  ],
  ["containerregistry:Registry", /^[a-zA-Z0-9]{5,50}$/, "5 to 50 letters and digits"],
  [
    "keyvault:Vault",
    /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
    "3 to 24 letters, digits and single dashes, a letter first",
  ],
  [
    "machinelearningservices:BatchDeployment",
    /^[a-zA-Z](?:[a-zA-Z0-9-]{1,30}[a-zA-Z0-9])$/,
    "3 to 32 letters, digits and dashes, a letter first",
  ],
  [
    "machinelearningservices:BatchEndpoint",
    /^[a-zA-Z](?:[a-zA-Z0-9-]{1,30}[a-zA-Z0-9])$/,
    "3 to 32 letters, digits and dashes, a letter first",
  ],
  [
    "machinelearningservices:Compute",
    /^[a-zA-Z](?:[a-zA-Z0-9-]{1,22}[a-zA-Z0-9])$/,
    "3 to 24 letters, digits and dashes, a letter first",
  ],
  ["machinelearningservices:Workspace", /^[a-zA-Z0-9][\w-]{2,32}$/, "3 to 33 letters, digits, dashes and underscores"],
  [
    "managedidentity:UserAssignedIdentity",
    /^[a-zA-Z0-9][\w-]{2,127}$/,
    "3 to 128 letters, digits, dashes and underscores",
  ],
  [
    "network:PrivateEndpoint",
    /^[a-zA-Z0-9](?:[\w.-]{0,62}\w)?$/,
    "1 to 64 letters, digits, dashes, dots and underscores",
  ],
  [
    "network:VirtualNetwork",
    /^[a-zA-Z0-9](?:[\w.-]{0,62}\w)?$/,
    "1 to 64 letters, digits, dashes, dots and underscores",
  ],
  ["operationalinsights:Workspace", /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/, "4 to 63 letters, digits and dashes"],
  [
    "resources:ResourceGroup",
    /^[\w().-]{0,89}[\w()-]$/,
    "1 to 90 letters, digits, dashes, dots, underscores and parentheses",
  ],
  [
    "storage:BlobContainer",
    /^(?!.*--)[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/,
    "3 to 63 lower-case letters, digits and single dashes",
  ],
  ["storage:StorageAccount", /^[a-z0-9]{3,24}$/, "3 to 24 lower-case letters and digits"],
];

/** Names that one resource in the world can have, and what Azure says of the second. */
const worldwide: Readonly<Record<string, (name: string) => string>> = {
  "containerregistry:Registry": (name) => `AlreadyInUse: The registry DNS name ${name}.azurecr.io is already in use.`,
  "keyvault:Vault": (name) => `VaultAlreadyExists: The vault name '${name}' is already in use.`,
  "storage:StorageAccount": (name) => `StorageAccountAlreadyTaken: The storage account named ${name} is already taken.`,
};

export const nameRules: readonly Rule[] = [
  ...patterns.map(([type, pattern, words]): Rule => ({
    id: `name-${type}`,
    types: [type],
    on: "write",
    source: namesPage,
    refuse: ({ name }) =>
      pattern.test(name) ? undefined : `InvalidResourceName: '${name}' must be ${words} (${type}).`,
  })),
  {
    id: "worldwide-name",
    types: Object.keys(worldwide),
    on: "write",
    source: namesPage,
    refuse: (request) => (holderOf(request) ? worldwide[request.type]?.(request.name) : undefined),
  },
  {
    id: "vault-soft-deleted",
    types: ["keyvault:Vault"],
    on: "write",
    source: "learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
    refuse: (request) => {
      const recovers = (request.inputs.properties as { createMode?: unknown } | undefined)?.createMode === "recover";
      return isSoftDeleted(request) && !recovers
        ? `ConflictError: A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault '${request.name}'.`
        : undefined;
    },
  },
  {
    id: "workspace-soft-deleted",
    types: ["machinelearningservices:Workspace"],
    on: "write",
    source: "learn.microsoft.com/azure/machine-learning/concept-soft-delete",
    refuse: (request) =>
      isSoftDeleted(request)
        ? `Conflict: Soft-deleted workspace exists with the name '${request.name}'. Please purge or recover it.`
        : undefined,
  },
  {
    id: "dns-label-taken",
    types: ["containerinstance:ContainerGroup"],
    on: "write",
    source: "learn.microsoft.com/azure/container-instances/container-instances-reference-yaml (dnsNameLabel)",
    refuse: (request) => {
      const label = labelOf(request.inputs);
      const holder = request.cloud.resources.find(
        ({ id, token, inputs }) =>
          token === `azure-native:${request.type}` &&
          id.toLowerCase() !== request.id.toLowerCase() &&
          label !== "" &&
          labelOf(inputs) === label,
      );
      return (
        holder && `DnsNameLabelNotAvailable: The DNS name label '${label}' in '${request.location}' is not available.`
      );
    },
  },
];

/** Another resource of the same type and name. */
function holderOf({ cloud, id, type, name }: Request): boolean {
  return cloud.resources.some(
    (other) =>
      other.token === `azure-native:${type}` &&
      other.id.toLowerCase() !== id.toLowerCase() &&
      other.id.split("/").at(-1)?.toLowerCase() === name.toLowerCase(),
  );
}

function isSoftDeleted({ cloud, id, type, name, changes }: Request): boolean {
  const kept = type === "keyvault:Vault" ? name : `${groupOf(id)}/${name}`;
  return (
    changes === undefined && cloud.state.softDeleted.some((gone) => gone.token.endsWith(type) && gone.name === kept)
  );
}

function labelOf(inputs: Request["inputs"]): string {
  const address = inputs.ipAddress as Request["inputs"] | undefined;
  const scope = textOf(address?.autoGeneratedDomainNameLabelScope);
  return scope === "" || scope === "Unsecure" ? textOf(address?.dnsNameLabel) : "";
}
