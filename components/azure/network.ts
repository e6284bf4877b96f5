import * as net from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import { parseAzureId } from "../internal/azure-ids";
import { halves } from "../internal/azure-ranges";
import type { AzureNetworkArgs } from "./options";
import { ownName, type Part, type Place } from "./place";

/** Default of {@link AzureNetworkArgs.addressRange}. */
export const defaultRange = "10.80.0.0/24";

/** What can be reached by a private endpoint: its group and zones (learn.microsoft.com/azure/private-link/private-endpoint-dns). */
const endpoints = {
  storage: { group: "blob", zones: { blob: "privatelink.blob.core.windows.net" } },
  vault: { group: "vault", zones: { vault: "privatelink.vaultcore.azure.net" } },
  registry: { group: "registry", zones: { registry: "privatelink.azurecr.io" } },
  workspace: {
    group: "amlworkspace",
    zones: { api: "privatelink.api.azureml.ms", notebooks: "privatelink.notebooks.azure.net" },
  },
} as const;
/** What can be reached by a private endpoint. */
export type Endpoint = keyof typeof endpoints;

/** Where private endpoints are. */
export interface PrivateNetwork {
  readonly networkId: pulumi.Output<string>;
  readonly subnetId: pulumi.Output<string>;
  /** For container groups; only in a network that was made here. */
  readonly containerSubnetId?: pulumi.Output<string>;
  readonly dnsZones: boolean;
}

/** Virtual network with a subnet for private endpoints and one for container groups. */
export function privateNetwork(
  name: string,
  place: Place,
  wanted: AzureNetworkArgs,
  options: pulumi.CustomResourceOptions,
): PrivateNetwork {
  const { addressRange = defaultRange, subnetId: given, dnsZones = true } = wanted;
  if (given !== undefined) {
    const subnetId = pulumi.output(given);
    return { subnetId, networkId: subnetId.apply((id) => parseAzureId(id)?.parentId ?? ""), dnsZones };
  }
  const [forEndpoints, forContainers] = halves(addressRange);
  const delegation = { name: "containers", serviceName: "Microsoft.ContainerInstance/containerGroups" };
  const { resourceGroupName, location, tags } = place;
  const made = new net.VirtualNetwork(
    name,
    {
      resourceGroupName,
      virtualNetworkName: ownName(name),
      location,
      addressSpace: { addressPrefixes: [addressRange] },
      subnets: [
        { name: "endpoints", addressPrefix: forEndpoints, privateEndpointNetworkPolicies: "Disabled" },
        { name: "containers", addressPrefix: forContainers, delegations: [delegation] },
      ],
      tags,
    },
    options,
  );
  return {
    networkId: made.id,
    subnetId: pulumi.interpolate`${made.id}/subnets/endpoints`,
    containerSubnetId: pulumi.interpolate`${made.id}/subnets/containers`,
    dnsZones,
  };
}

/** Private endpoint of a part, and the names it is found by. */
export function privateEndpoint(
  name: string,
  kind: Endpoint,
  part: Part,
  place: Place,
  network: PrivateNetwork,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { group, zones } = endpoints[kind];
  const { resourceGroupName, location, tags } = place;
  const privateLinkServiceConnections = [{ name: kind, privateLinkServiceId: part.id, groupIds: [group] }];
  const made = new net.PrivateEndpoint(
    `${name}-${kind}-endpoint`,
    {
      resourceGroupName,
      privateEndpointName: ownName(`${name}-${kind}-endpoint`),
      location,
      subnet: { id: network.subnetId },
      privateLinkServiceConnections,
      tags,
    },
    options,
  );
  if (!network.dnsZones) {
    return [made];
  }
  const privateDnsZoneConfigs = Object.entries(zones).map(([role, zone]) => ({
    name: role,
    privateDnsZoneId: zoneOf(`${name}-${role}`, zone, place, network, options),
  }));
  const names = new net.PrivateDnsZoneGroup(
    `${name}-${kind}-names`,
    { resourceGroupName, privateEndpointName: made.name, privateDnsZoneGroupName: "default", privateDnsZoneConfigs },
    options,
  );
  return [made, names];
}

/** A private DNS zone that the network asks; returns its id. */
function zoneOf(
  name: string,
  privateZoneName: string,
  { resourceGroupName, tags }: Place,
  { networkId }: PrivateNetwork,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const common = { resourceGroupName, location: "global", tags };
  const zone = new privatedns.PrivateZone(`${name}-zone`, { ...common, privateZoneName }, options);
  const virtualNetwork = { id: networkId };
  new privatedns.VirtualNetworkLink(
    `${name}-link`,
    {
      ...common,
      privateZoneName: zone.name,
      virtualNetworkLinkName: ownName(`${name}-link`),
      registrationEnabled: false,
      virtualNetwork,
    },
    options,
  );
  return zone.id;
}
