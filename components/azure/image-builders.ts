import * as containerregistry from "@pulumi/azure-native/containerregistry";
import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import { shown } from "../internal/problems";
import { shortIdentity } from "../render/dockerfile";
import type { ImagePlaces } from "../workspace";
import { lastCommitOf, recordAt } from "./git-context";
import { type AzureImagePlace, type CommittedContexts, ImagePlatform } from "./image-place";

/** What the builders are told. */
export interface Build {
  readonly place: AzureImagePlace & { readonly platform: ImagePlatform };
  readonly places: ImagePlaces;
  /** Name of the resource that builds. */
  readonly name: string;
  readonly options: pulumi.CustomResourceOptions;
  readonly identity: pulumi.Output<string>;
  readonly imageName: pulumi.Output<string>;
  readonly tag: pulumi.Output<string>;
  readonly arguments: pulumi.Output<Record<string, string>>;
  /** Writes the build context; its folder, relative to the project's. */
  readonly context: () => pulumi.Output<string>;
}

const buildSeconds = 3600;
const digest = /^sha256:[0-9a-f]{64}$/;

/** `@pulumi/docker-build`, which reads the registry's login from Docker's own settings, where `az acr login` puts it. */
export function buildWithBuildKit(build: Build): pulumi.Output<string> {
  const { place, places, name, options, identity } = build;
  const login = new local.Command(
    `${name}-login`,
    { create: pulumi.interpolate`az acr login --name ${place.registryName}`, triggers: [identity] },
    pulumi.mergeOptions(options, { dependsOn: [...place.ready] }),
  );
  const cache = { ref: pulumi.interpolate`${repositoryOf(build)}:buildcache` };
  const image = new docker.Image(
    name,
    {
      context: { location: build.context() },
      tags: [pulumi.interpolate`${repositoryOf(build)}:${build.tag}`],
      push: true,
      // BuildKit takes this for version 7; the package knows no other name.
      platforms: [place.platform === ImagePlatform.arm32v7 ? "linux/arm" : place.platform],
      buildOnPreview: false,
      buildArgs: build.arguments,
      cacheFrom: [{ registry: cache }],
      cacheTo: [
        // ACR wants the cache as an image; a cache that can't be kept is no reason to fail.
        {
          registry: {
            ...cache,
            mode: docker.CacheMode.Max,
            imageManifest: true,
            ociMediaTypes: true,
            ignoreError: true,
          },
        },
      ],
      ...(places.baseImageRegistry ? { registries: [places.baseImageRegistry] } : {}),
    },
    pulumi.mergeOptions(options, { dependsOn: [...place.ready, login], retainOnDelete: true }),
  );
  return refOf(build, image.digest);
}

/** `az acr build`: ACR Tasks, from the build context of this machine. Builds nothing when the registry has the tag already. */
export function buildByUpload(build: Build): pulumi.Output<string> {
  const { place, name, options, identity, imageName, tag } = build;
  const command = new local.Command(
    name,
    {
      interpreter: ["node"],
      create: "components/azure/acr-build.cjs",
      environment: {
        ACR_NAME: place.registryName,
        ACR_IMAGE: pulumi.interpolate`${imageName}:${tag}`,
        ACR_PLATFORM: place.platform,
        ACR_CONTEXT: build.context(),
        ACR_ARGUMENTS: build.arguments.apply((known) => JSON.stringify(known)),
      },
      triggers: [identity],
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    pulumi.mergeOptions(options, { dependsOn: [...place.ready] }),
  );
  return refOf(build, command.stdout.apply(checkDigest));
}

/** ACR Tasks, from a commit. */
export function buildAtGit(build: Build): pulumi.Output<string> {
  const { place, places, name, options, identity, imageName, tag } = build;
  const git = place.git as CommittedContexts;
  const folder = `${git.contextPath}/${places.imageName ?? ""}`;
  const commit = lastCommitOf(git, folder);
  const registry = places.baseImageRegistry;
  const taskRunName = pulumi
    .all([imageName, identity])
    .apply(([image, known]) => taskRunOf(image, known, place.platform));
  const run = new containerregistry.TaskRun(
    name,
    {
      registryName: place.registryName,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      taskRunName,
      forceUpdateTag: identity.apply((known) => checkCommitted(known, git, folder)),
      runRequest: {
        type: "DockerBuildRequest",
        sourceLocation: `${git.repository}#${commit}:${folder}`,
        dockerFilePath: "Dockerfile",
        imageNames: [pulumi.interpolate`${imageName}:${tag}`],
        isPushEnabled: true,
        platform: architectureOf(place.platform),
        arguments: build.arguments.apply((known) =>
          Object.entries(known).map(([key, value]) => ({ name: key, value, isSecret: false })),
        ),
        timeout: buildSeconds,
        ...(registry ? { credentials: { customRegistries: customRegistries(registry) } } : {}),
      },
    },
    // A run is never changed: another image is another run, with a name of its own.
    pulumi.mergeOptions(options, { dependsOn: [...place.ready], replaceOnChanges: ["forceUpdateTag", "runRequest"] }),
  );
  return refOf(
    build,
    pulumi.all([run.runResult, place.registryName, taskRunName]).apply((told) => digestOf(...told)),
  );
}

/** Nothing is built. */
export function takePrebuilt({ place, places, identity }: Build): pulumi.Output<string> {
  const name = places.imageName ?? "";
  const known = place.prebuilt?.[name] ?? { ref: "", identity: "" };
  return identity.apply((computed) => {
    if (computed !== known.identity) {
      throw otherIdentity(
        name,
        `'workspace.images.prebuilt.${name}.identity'`,
        computed,
        known.identity,
        "build it from this state, or take this state back",
      );
    }
    return known.ref;
  });
}

function repositoryOf({ place, imageName }: Build): pulumi.Output<string> {
  return pulumi.interpolate`${place.registryServer}/${imageName}`;
}

function refOf(build: Build, pushed: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${repositoryOf(build)}@${pushed}`;
}

function checkDigest(text: string): string {
  const found = text.trim();
  if (!digest.test(found)) {
    throw new pulumi.RunError(`the registry must tell a digest, got ${shown(found)}`);
  }
  return found;
}

function digestOf(
  { status, outputImages, runErrorMessage, runId }: pulumi.Unwrap<containerregistry.TaskRun["runResult"]>,
  registry: string,
  taskRun: string,
): string {
  if (status !== "Succeeded") {
    const log = `az acr task logs --registry ${registry} --run-id ${runId ?? "<id>"}`;
    const again = `az acr taskrun delete --registry ${registry} --name ${taskRun}`;
    throw new pulumi.RunError(
      `the build in ACR Tasks ended as ${shown(status)}: ${runErrorMessage || "no message"}; see ${log}; to have it run again: ${again}, then refresh and update`,
    );
  }
  return checkDigest(outputImages?.[0]?.digest ?? "");
}

/** azure-native would give each run the same name. At most 50 letters, digits and dashes. */
function taskRunOf(imageName: string, identity: string, platform: ImagePlatform): string {
  const suffix = { [ImagePlatform.amd64]: "", [ImagePlatform.arm64]: "-arm", [ImagePlatform.arm32v7]: "-arm7" }[
    platform
  ];
  return `${imageName.replaceAll(".", "-")}-${shortIdentity(identity)}${suffix}`;
}

function checkCommitted(identity: string, git: CommittedContexts, folder: string): string {
  const found = recordAt(git, folder)?.identity ?? "none";
  if (found !== identity) {
    const name = folder.split("/").at(-1) ?? "";
    const remedy = `npm run context -- --scorer ${name} --out ${folder}, commit it and name that commit`;
    throw otherIdentity(name, "'workspace.images.git.commit'", identity, found, remedy);
  }
  return identity;
}

function otherIdentity(image: string, property: string, computed: string, found: string, remedy: string): Error {
  const [wanted, got] = [shortIdentity(computed), shortIdentity(found)];
  return new pulumi.RunError(`image ${shown(image)}: ${property} must be of identity ${wanted}, got ${got}; ${remedy}`);
}

function customRegistries({ address, username, password }: NonNullable<ImagePlaces["baseImageRegistry"]>) {
  const opaque = (value: pulumi.Input<string>) => ({ type: "Opaque", value });
  return pulumi
    .output(address)
    .apply((server) => ({ [server]: { userName: opaque(username), password: opaque(password) } }));
}

/** `linux/arm/v7` has a variant. */
function architectureOf(platform: ImagePlatform) {
  const [, architecture = "", variant] = platform.split("/");
  return { os: "Linux", architecture, ...(variant === undefined ? {} : { variant }) };
}
