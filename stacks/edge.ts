import * as pulumi from "@pulumi/pulumi";
import { EdgeModuleDeployment, type EdgeModuleDeploymentArgs } from "../components";
import { logAnalytics, resourceGroup } from "../components/azure/foundation";
import { ownName } from "../components/azure/place";
import { checkEdge } from "../components/edge/checks";
import { parseAzureId } from "../components/internal/azure-ids";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import type { BuiltImage } from "./built-image";
import { laterHost } from "./later";
import { serviceNames, throwIfAny } from "./plan";
import { readSource, type SourceRegistry } from "./references";
import type { EdgeSettings } from "./settings/edge";

/** Outputs of a stack on devices. */
export interface EdgeOutputs {
  readonly images: Readonly<Record<string, BuiltImage>>;
  readonly hubHostName: pulumi.Output<string>;
  readonly deploymentIds: pulumi.Output<Record<string, string>>;
  readonly services: Record<string, pulumi.Inputs>;
  readonly deviceConnectionStrings: pulumi.Output<Record<string, string>>;
  /** What devices register themselves with; none without `edge.provisioning`. */
  readonly provisioning?: pulumi.Inputs;
}

type Images = Readonly<Record<string, BuiltImage>>;

const laterRegistry =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/later/providers/Microsoft.ContainerRegistry/registries/later";

/**
 * The images of another stack, by the digests that it has proven, as modules on devices with Azure IoT Edge. Nothing is built.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before anything is made.
 */
export async function edge(settings: EdgeSettings): Promise<EdgeOutputs> {
  const source = await readSource(settings.source);
  const images = { ...source.images, ...settings.images };
  const { modules, problems } = modulesOf(settings, source.images, images);
  throwIfAny([
    ...settings.problems,
    ...source.problems,
    ...placeProblems(settings, source.registry),
    ...problems,
    ...argumentProblems({ ...settings.edge, modules, host: laterPlace(source.registry) }),
  ]);

  const host = placeOf(settings, source.registry as SourceRegistry);
  const made = new EdgeModuleDeployment("edge", { ...settings.edge, modules, host });
  return {
    images,
    hubHostName: made.hubHostName,
    deploymentIds: made.deploymentIds,
    services: Object.fromEntries(Object.keys(modules).map((name) => [name, told(made, name, modules)])),
    deviceConnectionStrings: made.deviceConnectionStrings,
    ...(settings.edge.provisioning && {
      provisioning: {
        idScope: made.idScope,
        primaryKeys: made.enrollmentPrimaryKeys,
        secondaryKeys: made.enrollmentSecondaryKeys,
      },
    }),
  };
}

/** Every image of the source is a module of its name; the settings give it options, or add others. */
function modulesOf({ scorers, services }: EdgeSettings, source: Images, images: Images) {
  const problems = new Problems("scorestack:");
  const known = Object.keys(images);
  for (const stray of (scorers ?? []).filter((name) => !known.includes(name))) {
    problems.add("scorers", `must be of ${known.join(", ")}`, shown(stray));
  }
  const chosen = Object.keys(source).filter((name) => scorers?.includes(name) ?? true);
  const names = serviceNames(
    chosen.map((name) => ({ name })),
    services,
  );
  const modules = names.flatMap((name) => {
    const { scorer = name, ...options } = services[name] ?? {};
    const image = images[scorer];
    if (image === undefined) {
      const rule = `must be one of ${known.join(", ")}`;
      problems.add(`services.${name}.scorer`, rule, shown(scorer), "these are the images that there are");
      return [];
    }
    return [[name, { ...options, image }] as const];
  });
  return { modules: Object.fromEntries(modules), problems: problems.lines };
}

/** The modules stand under `services` in the settings. */
function argumentProblems(args: EdgeModuleDeploymentArgs): string[] {
  const problems = new Problems("");
  checkEdge(problems, "edge", args);
  return problems.lines.map((line) =>
    line.startsWith("'modules")
      ? line.replace("'modules", "'scorestack:services")
      : line.replace("'", "'scorestack:edge."),
  );
}

function placeProblems({ location, edge: { hub } }: EdgeSettings, registry: SourceRegistry | undefined) {
  const problems = new Problems("scorestack:");
  if (location === undefined && hub?.hostName === undefined) {
    problems.add("location", "must be given, or 'edge.hub.hostName'", "neither", "such as 'westeurope'");
  }
  if (registry === undefined) {
    const rule = "must be a stack in Azure, whose registry the devices may pull from";
    problems.add("source", rule, "one without a registry");
  }
  return problems.lines;
}

function laterPlace(registry: SourceRegistry | undefined): EdgeModuleDeploymentArgs["host"] {
  const { resourceGroupName, location } = laterHost;
  // Which registry it is, is not known: the images are not asked whether they are in it.
  return {
    resourceGroupName,
    location,
    ...(registry ?? { registryServer: pulumi.output("later"), registryId: laterRegistry }),
  };
}

/** A hub that is made has a resource group of its own, and its logs there. */
function placeOf({ location = "", edge: { hub } }: EdgeSettings, registry: SourceRegistry) {
  if (hub?.hostName !== undefined) {
    return { resourceGroupName: parseAzureId(registry.registryId)?.resourceGroupName ?? "", location, ...registry };
  }
  const tags = { project: pulumi.getProject(), stack: pulumi.getStack() };
  const group = resourceGroup("devices", { name: ownName("devices"), location, tags }, {});
  const place = {
    name: "devices",
    groupId: group.id,
    resourceGroupName: group.name,
    location: group.location,
    tags,
    isPrivate: false,
    protect: false,
  };
  const logs = logAnalytics("devices-logs", place, {}, {});
  return {
    resourceGroupName: group.name,
    location: group.location,
    ...registry,
    logs: { workspaceId: logs.customerId, workspaceKey: logs.key, resourceId: logs.id },
    tags,
  };
}

/** Keys only where a module asks for one. */
function told(made: EdgeModuleDeployment, name: string, modules: EdgeModuleDeploymentArgs["modules"]): pulumi.Inputs {
  const of = <T>(all: pulumi.Output<Record<string, T>>) => all.apply((known) => known[name]);
  const service = of(made.services);
  const uris = ["scoringUri", "swaggerUri", "healthUri", "versionUri", "imageIdentity", "modelIds"] as const;
  return {
    ...Object.fromEntries(uris.map((key) => [key, service.apply((known) => known?.[key])])),
    ...(modules[name]?.authEnabled === false
      ? {}
      : { primaryKey: of(made.primaryKeys), secondaryKey: of(made.secondaryKeys) }),
  };
}
