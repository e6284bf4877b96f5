import * as pulumi from "@pulumi/pulumi";
import {
  type AciServiceArgs,
  type ContainerProbe,
  ContainerSku,
  DnsNameLabelReuseScope,
  RestartPolicy,
} from "../aci-options";
import { checkProof, checkReporting, plainFlag } from "../container/reporting";
import * as aci from "../internal/aci-rules";
import { azureId } from "../internal/azure-ids";
import { regionName } from "../internal/azure-regions";
import { oneOf, type Rule, shown, wholeNumber } from "../internal/problems";
import { claim } from "../internal/program-claims";
import * as rules from "../internal/rules";
import { isLater, type Problems } from "../internal/validate";
import { checkKeys, checkServing, checkVariables, isPlainMap, type Variables } from "../serving";
import { checkTls } from "./tls";

/** Checks the arguments of an `AciService`; returns them with their defaults. */
export function checkAciService(problems: Problems, name: string, args: AciServiceArgs) {
  const serving = checkServing(problems, name, args);
  const keyed = args.authEnabled !== false;
  problems.plain("authEnabled", args.authEnabled, plainFlag);
  return {
    image: {
      identity: problems.check("image.identity", args.image.identity, rules.contentIdentity),
      ref: problems.check("image.ref", args.image.ref, aci.settledImage),
    },
    serving: {
      ...serving,
      serviceName: problems.check("serviceName", serving.serviceName, unclaimed(name, args.host)),
      startTimeoutSeconds: problems.check("startTimeoutSeconds", args.startTimeoutSeconds ?? 300, wholeNumber(1, 3600)),
    },
    keyed,
    keys: checkKeys(problems, args, keyed),
    ...checkPlace(problems, args),
    ...checkSize(problems, args),
    ...checkAddress(problems, name, args),
    ...checkProbes(problems, args),
    ...checkReporting(problems, args),
    ...checkLogs(problems, args),
    ...checkProof(problems, args),
    ...checkLabels(problems, args),
    tls: args.tls === undefined ? undefined : checkTls(problems, args.tls, args),
    environmentVariables: checkNames(problems, args),
  };
}

/** An `AciService`'s arguments, checked and with their defaults. */
export type CheckedAci = ReturnType<typeof checkAciService>;

function checkPlace(problems: Problems, args: AciServiceArgs) {
  const { sku, zone, ccePolicy, priority, gpu } = args;
  problems.plain("sku", sku, oneOf(Object.values(ContainerSku)));
  problems.plain("restartPolicy", args.restartPolicy, oneOf(Object.values(RestartPolicy)));
  if (ccePolicy !== undefined && sku !== ContainerSku.confidential) {
    problems.add("ccePolicy", "must come with the SKU 'Confidential'", undefined, "set 'sku' or leave this out");
  }
  if (zone !== undefined && sku === ContainerSku.confidential) {
    problems.add("zone", "must be left out with the SKU 'Confidential'", undefined, "leave one of them out");
  }
  if (priority !== undefined && priority !== "Regular") {
    const remedy =
      "Spot containers get neither a public address nor a subnet, so nobody could call them: use Spot nodes of an AKS cluster";
    problems.add("priority", "must be 'Regular'", shown(priority), remedy);
  }
  if (gpu !== undefined) {
    const rule = "must be left out: Azure ended GPUs on Container Instances on 14 July 2025";
    problems.add("gpu", rule, isLater(gpu) ? undefined : shown(gpu), "use GPU nodes of an AKS cluster");
  }
  return {
    location: problems.check("location", args.location ?? args.host.location, regionName),
    zone: problems.check("zone", zone, oneOf(["1", "2", "3"])),
    sku: sku ?? ContainerSku.standard,
    ccePolicy: problems.check("ccePolicy", ccePolicy, aci.base64Text),
    restartPolicy: args.restartPolicy ?? RestartPolicy.always,
    identityIds: (args.identityIds ?? []).map((id, index) => problems.check(`identityIds[${index}]`, id, identityId)),
    customerKey: checkCustomerKey(problems, args),
  };
}

const identityId = azureId("Microsoft.ManagedIdentity/userAssignedIdentities");

function checkCustomerKey(problems: Problems, { customerKey }: AciServiceArgs) {
  if (customerKey === undefined) {
    return undefined;
  }
  const given: Partial<typeof customerKey> = customerKey;
  const missing = (["vaultBaseUrl", "keyName", "keyVersion"] as const).filter((key) => !given[key]);
  if (missing.length > 0) {
    const got = `no ${missing.join(" and no ")}`;
    problems.add("customerKey", "must have vaultBaseUrl, keyName and keyVersion", got);
  }
  return {
    ...customerKey,
    vaultBaseUrl: problems.check("customerKey.vaultBaseUrl", customerKey.vaultBaseUrl, aci.httpsAddress),
  };
}

function checkSize(problems: Problems, args: AciServiceArgs) {
  const sku = args.sku === ContainerSku.confidential ? args.sku : ContainerSku.standard;
  const { cpuCores = 1, memoryInGb = 1.5 } = args;
  const withSidecar = args.tls !== undefined;
  return {
    cpuCores: problems.check("cpuCores", cpuCores, aci.serverSize("cpu", sku, withSidecar)),
    memoryInGb: problems.check("memoryInGb", memoryInGb, aci.serverSize("memoryInGb", sku, withSidecar)),
    port: problems.check("port", args.port ?? 5001, serverPort),
  };
}

const serverPort: Rule<number> = {
  ...wholeNumber(1024, 65535),
  remedy: (value) => (value > 0 && value < 1024 ? "the server does not run as root; 'tls' answers on 443" : undefined),
};

/** Names of services may have 3 characters, labels have 5. */
function labelOf(serviceName: pulumi.Input<string>): pulumi.Input<string> {
  const longer = (name: string): string => (name.length < 5 ? `${name}-service` : name);
  return typeof serviceName === "string" ? longer(serviceName) : pulumi.output(serviceName).apply(longer);
}

function checkAddress(problems: Problems, name: string, args: AciServiceArgs) {
  const { subnetId, dnsNameLabel, dnsNameLabelReuseScope } = args;
  if (subnetId !== undefined) {
    for (const property of ["dnsNameLabel", "dnsNameLabelReuseScope"] as const) {
      if (args[property] !== undefined) {
        problems.add(property, "must be left out with 'subnetId'", undefined, "there is no public address in a subnet");
      }
    }
    return { subnetId: problems.check("subnetId", subnetId, subnet) };
  }
  return {
    dnsNameLabel: problems.check("dnsNameLabel", dnsNameLabel ?? labelOf(args.serviceName ?? name), aci.dnsNameLabel),
    dnsNameLabelReuseScope: problems.check(
      "dnsNameLabelReuseScope",
      dnsNameLabelReuseScope ?? DnsNameLabelReuseScope.resourceGroupReuse,
      oneOf(Object.values(DnsNameLabelReuseScope)),
    ),
  };
}

/** A probe of which nothing is said has its defaults. */
function given(probe: ContainerProbe = {}): ContainerProbe {
  return probe;
}

const subnet = azureId("Microsoft.Network/virtualNetworks/subnets");

function checkProbes(problems: Problems, args: AciServiceArgs) {
  if (args.livenessProbe !== undefined && args.restartPolicy === RestartPolicy.never) {
    const remedy = "containers that are never started again have no use for it";
    problems.add("livenessProbe", "must be left out with the restart policy 'Never'", undefined, remedy);
  }
  const probe = (property: "livenessProbe" | "readinessProbe", delay: pulumi.Input<number>) => {
    const {
      initialDelaySeconds = delay,
      periodSeconds = 10,
      timeoutSeconds = 5,
      failureThreshold = 3,
    } = given(args[property]);
    const check = (field: string, value: pulumi.Input<number>, low: number, high: number): pulumi.Input<number> =>
      problems.check(`${property}.${field}`, value, wholeNumber(low, high));
    return {
      initialDelaySeconds: check("initialDelaySeconds", initialDelaySeconds, 0, 3600),
      periodSeconds: check("periodSeconds", periodSeconds, 1, 3600),
      timeoutSeconds: check("timeoutSeconds", timeoutSeconds, 1, 3600),
      failureThreshold: check("failureThreshold", failureThreshold, 1, 100),
    };
  };
  return {
    livenessProbe:
      args.restartPolicy === RestartPolicy.never ? undefined : probe("livenessProbe", args.startTimeoutSeconds ?? 300),
    readinessProbe: probe("readinessProbe", 0),
  };
}

function checkLogs(problems: Problems, { host, logsEnabled }: AciServiceArgs) {
  problems.plain("logsEnabled", logsEnabled, plainFlag);
  if (logsEnabled && host.logs === undefined) {
    problems.add("logsEnabled", "must come with a host that has 'logs'");
  }
  return { logs: logsEnabled === false ? undefined : host.logs };
}

function checkLabels(problems: Problems, { tags, description, host }: AciServiceArgs) {
  if (description !== undefined && tags !== undefined && isPlainMap(tags) && "description" in tags) {
    problems.add("description", "must be left out where 'tags' has 'description'", undefined, "it becomes that tag");
  }
  const labels = problems.check("tags", tags, rules.stringMap);
  return {
    tags: problems.check("tags", labels as pulumi.Input<Record<string, string>> | undefined, aci.azureTags),
    description: problems.check("description", description, rules.someText),
    hostTags: host.tags ?? {},
  };
}

function checkNames(problems: Problems, args: AciServiceArgs) {
  const variables = checkVariables(problems, args.environmentVariables);
  const more = [aci.containerVariables, ...(args.appInsightsEnabled ? [aci.noReporting] : [])];
  if (variables !== undefined && isPlainMap(variables)) {
    more.forEach((rule) => {
      problems.plain("environmentVariables", variables, rule);
    });
    return variables;
  }
  return more.reduce<Variables | undefined>(
    (later, rule) => problems.check("environmentVariables", later, rule),
    variables,
  );
}

/** A rule that the first service of a host to have the name keeps. */
function unclaimed(holder: string, host: object): Rule<string> {
  let other: string | undefined;
  return {
    must: "must be the name of one service only in its resource group",
    holds: (value) => (other = claim("service", value, holder, host)) === undefined,
    remedy: () => `'${other ?? ""}' has it: choose another`,
  };
}
