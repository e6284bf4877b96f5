import { findImage, parseImage } from "../../registry";
import { listOf, recordOf, textOf } from "../../values";
import { allContainers, containersOf, credentialsOf, type GroupRule, isBase64, referencePage } from "./container-parts";
import { networkRules } from "./container-network";
import { mayPull, registryAt } from "./pull";
import { first, type Request, type Rule, twice } from "./rule";

/** vCPUs and GB of one group. Source: container-instances-resource-and-quota-limits, "big containers". */
const most = { cpu: 31, memoryInGB: 240 };
/** What can't be changed in place. Source: learn.microsoft.com/azure/container-instances/container-instances-update. */
const fixed =
  /^(osType|restartPolicy|sku|priority|subnetIds|zones|diagnostics|ipAddress\.(type|ports)|containers\[\d+\]\.(resources|ports))\b|^(containers\[\d+\]|ipAddress)$/;

const rules: readonly GroupRule[] = [
  {
    id: "group-fixed",
    source:
      "learn.microsoft.com/azure/container-instances/container-instances-update; MicrosoftDocs/azure-docs#38067, #65195",
    refuse: ({ changes, name }) => {
      const path = Object.keys(changes ?? {}).find((changed) => fixed.test(changed));
      return (
        path &&
        `InvalidContainerGroupUpdate: The updates on container group '${name}' are invalid. If you are going to update ${path}, you must delete it first and then create a new one.`
      );
    },
  },
  {
    id: "group-container-names",
    source: referencePage,
    refuse: ({ inputs }) => {
      const names = containersOf(inputs).map(({ name }) => textOf(name));
      const bad = names.find((name) => !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) ?? twice(names);
      return bad === undefined
        ? undefined
        : `InvalidContainerName: The container name '${bad}' must be 1 to 63 lower-case letters, digits and dashes, and be used once.`;
    },
  },
  {
    id: "group-size",
    source: "learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits",
    refuse: ({ inputs, name }) =>
      first(["cpu", "memoryInGB"] as const, (kind) => {
        const asked = containersOf(inputs).map(({ resources }) => Number(recordOf(recordOf(resources).requests)[kind]));
        const sum = asked.reduce((total, one) => total + one, 0);
        return sum > most[kind] || asked.some((one) => !(one > 0))
          ? `InvalidResourceRequests: The ${kind} of container group '${name}' is ${sum}: each container must ask for more than 0, and all for at most ${most[kind]}.`
          : undefined;
      }),
  },
  {
    id: "group-limits",
    source: `${referencePage} (ResourceLimits)`,
    refuse: ({ inputs }) =>
      first(containersOf(inputs), ({ name, resources }) => {
        const { requests, limits } = recordOf(resources);
        const low = Object.entries(recordOf(limits)).find(
          ([kind, limit]) => Number(limit) < Number(recordOf(requests)[kind]),
        );
        return (
          low &&
          `InvalidResourceLimits: The limit of ${low[0]} of container '${textOf(name)}' is below what it requests.`
        );
      }),
  },
  {
    id: "group-gpu",
    source: "learn.microsoft.com/azure/container-instances/container-instances-gpu: retired on 2025-07-14",
    refuse: ({ inputs }) =>
      containersOf(inputs).some(({ resources }) => "gpu" in recordOf(recordOf(resources).requests))
        ? "GpuNotSupported: GPU resources of container groups are retired since July 14, 2025."
        : undefined,
  },
  {
    id: "group-volumes",
    source: `${referencePage} (VolumeMount.name)`,
    refuse: ({ inputs }) => {
      const volumes = listOf(inputs.volumes).map((volume) => textOf(recordOf(volume).name));
      const mounts = allContainers(inputs)
        .flatMap(({ volumeMounts }) => listOf(volumeMounts))
        .map(recordOf);
      const missing = mounts.map(({ name }) => textOf(name)).find((name) => !volumes.includes(name)) ?? twice(volumes);
      return missing === undefined
        ? undefined
        : `InvalidVolumeMount: Volume '${missing}' must be one of the group's volumes, each with a name of its own.`;
    },
  },
  {
    id: "group-secret-volume",
    source: "learn.microsoft.com/azure/container-instances/container-instances-volume-secret",
    refuse: ({ inputs }) =>
      first(listOf(inputs.volumes).map(recordOf), ({ name, secret }) => {
        const bad = Object.entries(recordOf(secret)).find(([, text]) => !isBase64(textOf(text)));
        return (
          bad && `InvalidSecretVolume: The secret '${bad[0]}' of volume '${textOf(name)}' is not a valid base64 string.`
        );
      }),
  },
  {
    id: "group-variables",
    source: `${referencePage} (EnvironmentVariable)`,
    refuse: ({ inputs }) =>
      first(allContainers(inputs), ({ environmentVariables }) => {
        const variables = listOf(environmentVariables).map(recordOf);
        const both = variables.find((one) => (one.value !== undefined) === (one.secureValue !== undefined))?.name;
        const name = both ?? twice(variables.map((one) => textOf(one.name)));
        return name === undefined
          ? undefined
          : `InvalidEnvironmentVariable: '${textOf(name)}' must have either a value or a secure value, and be set once.`;
      }),
  },
  {
    id: "group-probes",
    source: `${referencePage} (ContainerProbe)`,
    refuse: ({ inputs }) =>
      first(containersOf(inputs), ({ name, livenessProbe, readinessProbe }) => {
        const probes = [livenessProbe, readinessProbe].filter((probe) => probe !== undefined).map(recordOf);
        return probes.some(({ exec, httpGet }) => (exec === undefined) === (httpGet === undefined))
          ? `InvalidProbe: A probe of container '${textOf(name)}' must have either 'exec' or 'httpGet'.`
          : undefined;
      }),
  },
  {
    id: "group-log-workspace",
    source: `${referencePage} (LogAnalytics)`,
    refuse: ({ inputs, cloud }) => {
      const { workspaceId, workspaceKey } = recordOf(recordOf(inputs.diagnostics).logAnalytics);
      const known = cloud.resources.some(
        ({ id, token, made }) =>
          token === "azure-native:operationalinsights:Workspace" &&
          workspaceId === cloud.guid(`${id}|${textOf(made.birth)}|customerId`) &&
          workspaceKey === cloud.key(`${id}|primarySharedKey`),
      );
      return workspaceId === undefined || known
        ? undefined
        : `InvalidLogAnalyticsWorkspace: There is no workspace '${textOf(workspaceId)}' with that key.`;
    },
  },
  {
    id: "group-pull-identity",
    source: "learn.microsoft.com/azure/container-instances/using-azure-container-registry-mi",
    refuse: ({ inputs }) => {
      const assigned = listOf(recordOf(inputs.identity).userAssignedIdentities).map((id) => textOf(id).toLowerCase());
      const strange = credentialsOf(inputs)
        .map(({ identity }) => textOf(identity))
        .find((id) => id !== "" && !assigned.includes(id.toLowerCase()));
      return (
        strange &&
        `InvalidImageRegistryCredentialIdentity: Identity '${strange}' must also be one of the group's user-assigned identities.`
      );
    },
  },
  {
    id: "group-image",
    source: "MicrosoftDocs/azure-docs#45129, #111077: without AcrPull, or without the image, the same text",
    refuse: (request) =>
      first(
        allContainers(request.inputs).map(({ image }) => textOf(image)),
        (image) =>
          isAccessible(request, image)
            ? undefined
            : `InaccessibleImage: The image '${image}' in container group '${request.name}' is not accessible. Please check the image and registry credential.`,
      ),
  },
];

export const containerGroupRules: readonly Rule[] = [...rules, ...networkRules].map((rule) => ({
  ...rule,
  types: ["containerinstance:ContainerGroup"],
  on: "write",
}));

/** Images of other registries than the cloud's own are taken to be public. */
function isAccessible(request: Request, image: string): boolean {
  const name = parseImage(image);
  const registry = registryAt(request.cloud, name.registry);
  if (!registry) {
    return !name.registry.endsWith(".azurecr.io");
  }
  const pushed = registry.attached === true || findImage(request.cloud, name) !== undefined;
  return (
    pushed &&
    credentialsOf(request.inputs).some((credential) => mayPull(request.cloud, registry, name.registry, credential))
  );
}
