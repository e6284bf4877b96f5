import { listOf, recordOf, textOf } from "../../values";
import { addressOf, containersOf, type GroupRule, portsOf, referencePage } from "./container-parts";
import { first, twice } from "./rule";

const spotPage =
  "learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/error-codes-spot-container-creation";
/** Addresses, ports and networks of container groups. */
export const networkRules: readonly GroupRule[] = [
  {
    id: "group-address-ports",
    source: `${referencePage} (IpAddress.ports)`,
    refuse: ({ inputs }) => {
      const open = containersOf(inputs).flatMap(({ ports }) => portsOf(ports));
      const asked = portsOf(addressOf(inputs).ports);
      const strange = asked.find((port) => !open.includes(port)) ?? twice(open);
      return "ipAddress" in inputs && (asked.length === 0 || strange !== undefined)
        ? `InvalidIPAddressPorts: Port ${strange ?? "none"}: the ports of the IP address must be ports of one container each, and at least one.`
        : undefined;
    },
  },
  {
    id: "group-dns-label",
    source: `${referencePage} (IpAddress.dnsNameLabel)`,
    refuse: ({ inputs }) => {
      const { dnsNameLabel: label } = addressOf(inputs);
      return label === undefined || /^[a-z][a-z0-9-]{3,61}[a-z0-9]$/.test(textOf(label))
        ? undefined
        : `InvalidDnsNameLabel: '${textOf(label)}' must be 5 to 63 lower-case letters, digits and dashes, a letter first.`;
    },
  },
  {
    id: "group-private",
    source: "learn.microsoft.com/azure/container-instances/container-instances-virtual-network-concepts",
    refuse: ({ inputs }) => {
      const { type, dnsNameLabel } = addressOf(inputs);
      const inNetwork = listOf(inputs.subnetIds).length > 0;
      if (type !== undefined && (type === "Private") !== inNetwork) {
        return `InvalidIpAddressType: The IP address type '${textOf(type)}' does not go ${inNetwork ? "with" : "without"} a subnet.`;
      }
      return inNetwork && dnsNameLabel !== undefined
        ? "DnsNameLabelNotSupported: A container group in a virtual network can't have a DNS name label."
        : undefined;
    },
  },
  {
    id: "group-subnet-delegated",
    source: "learn.microsoft.com/azure/container-instances/container-instances-vnet",
    refuse: ({ inputs, cloud }) =>
      first(listOf(inputs.subnetIds), (subnet) => {
        const id = textOf(recordOf(subnet).id);
        const found = cloud.find(id);
        const delegated = listOf(found?.inputs.delegations).map((one) => textOf(recordOf(one).serviceName));
        return found === undefined || delegated.includes("Microsoft.ContainerInstance/containerGroups")
          ? undefined
          : `SubnetNotDelegated: Subnet '${id}' must be delegated to Microsoft.ContainerInstance/containerGroups.`;
      }),
  },
  {
    id: "group-spot-inbound",
    source: spotPage,
    refuse: ({ inputs }) =>
      inputs.priority === "Spot" && (inputs.ipAddress ?? inputs.subnetIds) !== undefined
        ? "SpotPriorityContainerGroupNotSupportedForInboundConnectivity: Spot Priority is not supported for container groups with inbound connectivity."
        : undefined,
  },
  {
    id: "group-spot-sku",
    source: spotPage,
    refuse: ({ inputs }) =>
      inputs.priority === "Spot" && !["", "Standard"].includes(textOf(inputs.sku))
        ? `SpotPriorityContainerGroupNotSupportedInSku: Spot Priority Container Group is not supported in '${textOf(inputs.sku)}' Sku.`
        : undefined,
  },
];
