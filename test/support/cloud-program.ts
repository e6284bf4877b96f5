import * as authorization from "@pulumi/azure-native/authorization";
import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as resources from "@pulumi/azure-native/resources";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What a test changes about the service. */
export interface ServiceSettings {
  /** What the image is built from. */
  identity: string;
  cpu: number;
  restartPolicy: string;
  token: pulumi.Input<string>;
  tags: Record<string, string>;
}

export const serviceSettings = (): ServiceSettings => ({
  identity: "first",
  cpu: 1,
  restartPolicy: "Always",
  token: pulumi.secret("canary-4711-token"),
  tags: { team: "growth" },
});

const acrPull = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/** A small service in Azure, six resources of raw packages: group, identity, registry, role, image, container group. */
export function cloudService(settings: ServiceSettings) {
  const stack = pulumi.getStack();
  const group = new resources.ResourceGroup("group", { resourceGroupName: stack, location: "westeurope" });
  const resourceGroupName = group.name;
  const identity = new managedidentity.UserAssignedIdentity("identity", { resourceGroupName, resourceName: "puller" });
  const registryName = `team${stack.replaceAll("-", "")}`;
  const registry = new containerregistry.Registry("registry", {
    resourceGroupName,
    registryName,
    sku: { name: "Basic" },
  });
  const role = new authorization.RoleAssignment("role", {
    scope: registry.id,
    principalId: identity.principalId,
    principalType: "ServicePrincipal",
    roleDefinitionId: `/subscriptions/any/providers/Microsoft.Authorization/roleDefinitions/${acrPull}`,
    roleAssignmentName: "0b8b0f4c-3a7e-4f0e-9d3a-2f6f3d7c1a11",
  });
  const image = new local.Command("image", {
    create: pulumi.interpolate`az acr build --registry ${registry.name} --image wine:${settings.identity} --query "outputImages[0].digest" -o tsv .`,
    triggers: [settings.identity],
    logging: local.Logging.None,
  });
  const service = new containerinstance.ContainerGroup(
    "service",
    {
      resourceGroupName,
      containerGroupName: "wine",
      osType: "Linux",
      restartPolicy: settings.restartPolicy,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      imageRegistryCredentials: [{ server: registry.loginServer, identity: identity.id }],
      containers: [
        {
          name: "wine",
          image: pulumi.interpolate`${registry.loginServer}/wine@${image.stdout}`,
          resources: { requests: { cpu: settings.cpu, memoryInGB: 1 } },
          ports: [{ port: 5001 }],
          environmentVariables: [{ name: "TOKEN", secureValue: settings.token }],
        },
      ],
      ipAddress: { type: "Public", ports: [{ port: 5001 }], dnsNameLabel: `${registryName}-wine` },
      tags: settings.tags,
    },
    {
      dependsOn: role,
      deleteBeforeReplace: true,
      replaceOnChanges: ["restartPolicy", "containers[*].resources"],
    },
  );
  return { address: service.ipAddress.apply((ip) => ip?.fqdn), digest: image.stdout, principal: identity.principalId };
}
