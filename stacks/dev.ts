import type * as pulumi from "@pulumi/pulumi";
import {
  AciService,
  type AciServiceArgs,
  AzureWorkspace,
  type ImageBuildOptions,
  ImagePlatform,
  type ModelImage,
} from "../components";
import { checkAciService } from "../components/aci/checks";
import { checkAzureWorkspace } from "../components/azure/checks";
import { azureImageFaults } from "../components/azure/image-rules";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import { laterHost } from "./later";
import { describeService, makeAll, type StackOutputs } from "./outputs";
import { type PlannedService, scorerProblems, serviceNames, serviceProblems, throwIfAny } from "./plan";
import { makeScorer, readScorers, type Scorer, wantedScorers } from "./scorers";
import type { DevSettings } from "./settings/dev";

type AciPlan = PlannedService<Omit<AciServiceArgs, "host" | "image">>;

const laterSubnet =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/later/providers/Microsoft.Network/virtualNetworks/later/subnets/later";
const laterImage = { identity: "0".repeat(64), ref: `later.azurecr.io/later@sha256:${"0".repeat(64)}` };

/**
 * Every scorer folder as an image with a service of its name on Azure Container Instances, in an Azure ML workspace; and the
 * services that the settings add.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before any resource is made.
 */
export function dev(settings: DevSettings): StackOutputs {
  const { images: buildOptions = {} } = settings.workspace;
  const all = readScorers({ imageFaults: (places) => azureImageFaults(buildOptions, places) });
  const scorers = wantedScorers(all, settings);
  const services = serviceNames(scorers, settings.services).map((name) => planOf(name, settings));
  throwIfAny([
    ...settings.problems,
    ...strayScorers(all, settings),
    ...workspaceProblems(settings),
    ...scorerProblems(scorers),
    ...serviceProblems(services, scorers, all, (problems, { name, options }) => {
      const place = hasNetwork(settings) ? { subnetId: laterSubnet } : {};
      checkAciService(problems, name, { ...place, ...options, host: laterHost, image: laterImage });
    }),
  ]);

  const workspace = new AzureWorkspace("workspace", settings.workspace);
  const place = hasNetwork(settings) ? { subnetId: workspace.containerSubnetId as pulumi.Output<string> } : {};
  const { registryServer, registryId, workspaceName, workspaceId, resourceGroupName, location, datastore } = workspace;
  const outputs = {
    registry: { registryServer, registryId },
    workspace: { workspaceName, workspaceId, resourceGroupName, location, datastore },
    models: {},
    images: {},
    services: {} as Record<string, pulumi.Inputs>,
  };
  const images = makeAll(
    scorers,
    (scorer) => makeScorer(scorer, workspace),
    outputs,
    (image) => builtImage(image, buildOptions),
  );
  for (const { name, scorer, options } of services) {
    const image = images.get(scorer);
    if (image) {
      outputs.services[name] = serve(name, { ...place, ...options, host: workspace, image });
    }
  }
  return outputs;
}

/** All that a stack needs to run the image without building it: see {@link BuiltImage}. */
function builtImage(
  { identity, ref, imageId, modelIds, sampleRequests }: ModelImage,
  { platform = ImagePlatform.amd64 }: ImageBuildOptions,
): pulumi.Inputs {
  return { identity, ref, imageId, modelIds, sampleRequests, platform };
}

function planOf(name: string, { services }: DevSettings): AciPlan {
  const { scorer = name, ...options } = services[name] ?? {};
  return { name, scorer, options };
}

function strayScorers(all: readonly Scorer[], { scorers = [] }: DevSettings): readonly string[] {
  const problems = new Problems("scorestack:");
  const known = all.map(({ name }) => name);
  for (const stray of scorers.filter((name) => !known.includes(name))) {
    problems.add("scorers", `must be of ${known.join(", ")}`, shown(stray), "make it: npm run new-scorer");
  }
  return problems.lines;
}

function workspaceProblems({ workspace: { location, ...workspace } }: DevSettings): readonly string[] {
  const problems = new Problems("scorestack:workspace.");
  const needed = new Problems("scorestack:");
  if (location === undefined && workspace.existing?.resourceGroupName === undefined) {
    const remedy = "such as 'westeurope'";
    needed.add("location", "must be given, or 'workspace.existing.resourceGroupName'", "neither", remedy);
  }
  checkAzureWorkspace(problems, { ...workspace, location: location ?? "westeurope" });
  return [...needed.lines, ...problems.lines];
}

/** Whether the stack makes a network: with private endpoints only containers in it reach the registry. */
function hasNetwork({ workspace: { network } }: DevSettings): boolean {
  return typeof network === "object" && network.subnetId === undefined;
}

function serve(name: string, args: AciServiceArgs): pulumi.Inputs {
  return describeService(new AciService(name, args), args.authEnabled !== false, { imageRef: args.image.ref });
}
