import type { AksClusterArgs } from "../aks-cluster";
import { type AksNetworkArgs, NetworkPolicyEngine } from "../aks-options";
import { apiServerRanges, cidr, ipAddress, isInside, overlap } from "../internal/aks-rules";
import { azureId } from "../internal/azure-ids";
import { azureNames } from "../internal/azure-names";
import { oneOf, type Rule } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";

/** The six that 2019's `AksCompute` took together or not at all. */
const six = [
  "vnetResourceGroupName",
  "vnetName",
  "subnetName",
  "serviceCidr",
  "dnsServiceIp",
  "dockerBridgeCidr",
] as const;
/** Those of them that are of no use alone. */
const oldOnly = ["vnetResourceGroupName", "vnetName", "subnetName", "dockerBridgeCidr"] as const;
/** What Azure takes where nothing is said. */
const defaults = { serviceCidr: "10.0.0.0/16", podCidr: "10.244.0.0/16" } as const;

const networkName: Rule<string> = {
  must: "must be 1 to 80 letters, digits, dashes, dots and underscores, a letter or digit first",
  holds: (value) => typeof value === "string" && /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/.test(value),
};

/** Checks where the nodes' network lies; returns it with its defaults. */
export function checkNetwork(problems: Problems, { network = {} }: AksClusterArgs) {
  checkSix(problems, network);
  checkRanges(problems, network);
  const { policyEngine = NetworkPolicyEngine.cilium, outboundType = "loadBalancer" } = network;
  problems.plain("network.policyEngine", network.policyEngine, oneOf(Object.values(NetworkPolicyEngine)));
  const types = ["loadBalancer", "managedNATGateway", "userDefinedRouting"] as const;
  problems.plain("network.outboundType", network.outboundType, oneOf(types));
  const isOwn = network.subnetId !== undefined || network.subnetName !== undefined;
  if (outboundType === "userDefinedRouting" && !isOwn) {
    const remedy = "its routes are the user's";
    problems.add("network.outboundType", "must come with a subnet of the user's own", "'userDefinedRouting'", remedy);
  }
  if (outboundType === "managedNATGateway" && isOwn) {
    const remedy = "Azure makes that gateway for a network of its own only";
    problems.add(
      "network.outboundType",
      "must not be 'managedNATGateway' with a subnet of the user's own",
      undefined,
      remedy,
    );
  }
  const subnet = azureId("Microsoft.Network/virtualNetworks/subnets");
  return {
    ...network,
    policyEngine,
    outboundType,
    subnetId: problems.check("network.subnetId", network.subnetId, subnet),
    vnetResourceGroupName: problems.check(
      "network.vnetResourceGroupName",
      network.vnetResourceGroupName,
      azureNames.resourceGroup,
    ),
    vnetName: problems.check("network.vnetName", network.vnetName, networkName),
    subnetName: problems.check("network.subnetName", network.subnetName, networkName),
  };
}

function checkSix(problems: Problems, network: AksNetworkArgs): void {
  const given = oldOnly.filter((name) => network[name] !== undefined);
  if (given.length > 0 && network.subnetId !== undefined) {
    given.forEach((name) => {
      problems.add(`network.${name}`, "must be left out with 'network.subnetId'", undefined, "leave one of them out");
    });
    return;
  }
  const missing = six.filter((name) => network[name] === undefined);
  if (given.length > 0 && missing.length > 0) {
    const all = six.map((name) => `'${name}'`).join(", ");
    const got = `no ${missing.map((name) => `'${name}'`).join(" and no ")}`;
    problems.add("network", `must have ${all} together`, got, "or 'subnetId' in their place");
  }
}

function checkRanges(problems: Problems, network: AksNetworkArgs): void {
  const { serviceCidr, dnsServiceIp } = network;
  (["serviceCidr", "podCidr", "dockerBridgeCidr"] as const).forEach((name) => {
    problems.plain(`network.${name}`, network[name], cidr);
  });
  problems.plain("network.dnsServiceIp", dnsServiceIp, ipAddress);
  if ((serviceCidr === undefined) !== (dnsServiceIp === undefined)) {
    const got = `no '${serviceCidr === undefined ? "serviceCidr" : "dnsServiceIp"}'`;
    problems.add("network", "must have 'serviceCidr' and 'dnsServiceIp' together", got, "one lies in the other");
  } else if (serviceCidr !== undefined && dnsServiceIp !== undefined) {
    const holds = !cidr.holds(serviceCidr) || !ipAddress.holds(dnsServiceIp) || isInside(dnsServiceIp, serviceCidr);
    problems.plain("network.dnsServiceIp", dnsServiceIp, {
      must: `must lie in 'network.serviceCidr' (${serviceCidr}), after its first address`,
      holds: () => holds,
    });
  }
  const [services, pods] = [serviceCidr ?? defaults.serviceCidr, network.podCidr ?? defaults.podCidr];
  if (overlap(services, pods)) {
    problems.add(
      "network.podCidr",
      "must have no address in common with 'network.serviceCidr'",
      `${pods} and ${services}`,
    );
  }
}

/** Checks who reaches the API server; undefined for everyone with credentials. */
export function checkApiServer(problems: Problems, { apiServer }: AksClusterArgs) {
  if (apiServer === undefined || apiServer === "public") {
    return undefined;
  }
  if (typeof apiServer !== "object") {
    problems.plain("apiServer", apiServer, { ...oneOf(["public"]), remedy: () => "or a map" });
    return undefined;
  }
  const { authorizedIpRanges, privateCluster = false, privateDnsZoneId } = apiServer;
  problems.plain("apiServer.authorizedIpRanges", authorizedIpRanges, apiServerRanges);
  problems.plain("apiServer.privateCluster", apiServer.privateCluster, flag);
  if (privateCluster === (authorizedIpRanges !== undefined)) {
    const got = privateCluster ? "both" : "neither";
    problems.add("apiServer", "must have 'authorizedIpRanges' or 'privateCluster: true'", got, "or be 'public'");
  }
  if (privateDnsZoneId !== undefined && !privateCluster) {
    problems.add("apiServer.privateDnsZoneId", "must come with 'apiServer.privateCluster: true'");
  }
  const zone = azureId("Microsoft.Network/privateDnsZones");
  const checkedZone = problems.check("apiServer.privateDnsZoneId", privateDnsZoneId, zone);
  return { authorizedIpRanges, privateCluster, privateDnsZoneId: checkedZone };
}
