import { baseImageFaults } from "../internal/base-image";
import { readContent } from "../internal/content-fault";
import { listContent } from "../internal/content-hash";
import { brokenRule, type Fault, oneOf, type PropertyFault, type Rule, shown } from "../internal/problems";
import { fromRoot } from "../internal/project";
import type { ImagePlaces } from "../workspace";
import { committedFaults } from "./git-context";
import {
  type CommittedContexts,
  defaultBuilder,
  type ImageBuildOptions,
  ImageBuilder,
  ImagePlatform,
} from "./image-place";

/** Where a `ModelImage` finds the options of its workspace. */
const home = "workspace.images";
const repositoryName = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
/** What `az acr build` leaves out of what it uploads (azure-cli 2.91, `_archive_utils.py`). */
const leftOut = /(^|\/)(\.git|\.gitignore|\.bzr|bzrignore|\.hg|\.hgignore|\.svn)(\/|$)|(^|\/)\.venv\//;

/**
 * What keeps an image from getting into a registry in Azure, beyond what is wrong everywhere: told when the program runs, where
 * a build would tell it after minutes.
 */
export function azureImageFaults(place: ImageBuildOptions, places: ImagePlaces): readonly PropertyFault[] {
  const builder = place.builder ?? defaultBuilder;
  const options = imageOptionFaults(place).map((fault) => ({ ...fault, property: `${home}.${fault.property}` }));
  if (options.length > 0) {
    return options;
  }
  return [
    ...nameFaults(builder, places),
    ...(builder === ImageBuilder.prebuilt ? prebuiltFaults(place, places) : buildFaults(builder, places)),
    ...(place.git && places.imageName !== undefined ? gitFaults(place.git, places.imageName) : []),
  ];
}

/** What is wrong with how a workspace's images are to be built: the same for each of them. */
export function imageOptionFaults(options: ImageBuildOptions): PropertyFault[] {
  const { builder = defaultBuilder, platform, packageIndexUrl, git } = options;
  const faults: PropertyFault[] = [];
  const check = <T>(property: string, value: T | undefined, rule: Rule<T>): void => {
    if (value !== undefined && brokenRule(property, value, rule) !== undefined) {
      faults.push({ property, rule: rule.must, got: rule.secret ? undefined : shown(value) });
    }
  };
  check("builder", builder, oneOf(Object.values(ImageBuilder)));
  check("platform", platform, oneOf(Object.values(ImagePlatform)));
  check("packageIndexUrl", packageIndexUrl, openUrl);
  check("git.repository", git?.repository, openUrl);
  check("git.commit", git?.commit, commit);
  check("git.contextPath", git?.contextPath, folder);
  faults.push(
    ...ownFaults("git", ImageBuilder.acrGit, options),
    ...ownFaults("prebuilt", ImageBuilder.prebuilt, options),
  );
  if (builder === ImageBuilder.prebuilt && packageIndexUrl !== undefined) {
    const rule = "must be left out with the builder 'prebuilt', which installs nothing";
    faults.push({ property: "packageIndexUrl", rule });
  }
  return faults;
}

/** An option that one builder needs, and the others would ignore. */
function ownFaults(property: "git" | "prebuilt", owner: ImageBuilder, options: ImageBuildOptions): PropertyFault[] {
  const { builder = defaultBuilder } = options;
  if (builder === owner) {
    return options[property] ? [] : [{ property, rule: `must be given with the builder '${owner}'`, got: "nothing" }];
  }
  const rule = `must be left out with a builder other than '${owner}'`;
  return options[property] ? [{ property, rule, got: `the builder ${shown(builder)}` }] : [];
}

const openUrl: Rule<string> = {
  must: "must be an https URL without name, password or fragment",
  holds: (value) => /^https:\/\/[^\s@#]+$/.test(value),
  secret: true,
};

const commit: Rule<string> = {
  must: "must be a commit of 40 hex characters",
  holds: (value) => /^[0-9a-f]{40}$/.test(value),
};

const folder: Rule<string> = {
  must: "must be a folder in the repository such as 'contexts', without '..'",
  holds: (value) => /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(value),
};

function nameFaults(builder: ImageBuilder, { imageName }: ImagePlaces): PropertyFault[] {
  if (imageName === undefined) {
    const isNeeded = builder === ImageBuilder.acrGit || builder === ImageBuilder.prebuilt;
    const rule = `must be a plain text with the builder '${builder}', which finds the image by it`;
    return isNeeded ? [{ property: "imageName", rule, got: "an output" }] : [];
  }
  const rule = "must be a repository name: words of lower-case letters and digits, one dot or dashes between them";
  return repositoryName.test(imageName) ? [] : [{ property: "imageName", rule, got: shown(imageName) }];
}

function buildFaults(builder: ImageBuilder, places: ImagePlaces): PropertyFault[] {
  const { lockFits, baseImage, allowMovableBaseImage = false, baseImageRegistry } = places;
  const faults: PropertyFault[] = [];
  if (!lockFits) {
    const rule = "must have a conda.lock that fits, which a container's environment is installed from";
    faults.push({ property: "condaFile", rule, remedy: "npm run lock makes it" });
  }
  if (baseImage !== undefined) {
    faults.push(...of("baseImage", baseImageFaults(baseImage, allowMovableBaseImage)));
  }
  if (baseImageRegistry && builder === ImageBuilder.acrUpload) {
    const remedy =
      "copy the base image into the workspace's registry (az acr import) and name it there, or use 'buildkit'";
    const rule = "must be left out with the builder 'acr-upload': az acr build logs in to no other registry";
    faults.push({ property: "baseImageRegistry", rule, remedy });
  }
  return builder === ImageBuilder.acrGit ? faults : [...faults, ...placeFaults(builder, places)];
}

/** Files that are built from this machine. */
function placeFaults(builder: ImageBuilder, { models, files = [] }: ImagePlaces): PropertyFault[] {
  const faults = models.flatMap((given, index): PropertyFault[] => {
    const property = `models[${index}].path`;
    if (given === undefined) {
      const remedy = "take the RegisteredModel itself, or use the builder 'acr-git' or 'prebuilt'";
      return [{ property, rule: "must be given: the image is built from the model's files", got: "nothing", remedy }];
    }
    const read = readContent(given, () => listContent(fromRoot(given)));
    return "fault" in read
      ? of(property, [read.fault])
      : dropped(
          builder,
          property,
          read.value.map((file) => file.path),
        );
  });
  return [...faults, ...dropped(builder, "dependencies", files)];
}

function dropped(builder: ImageBuilder, property: string, files: readonly string[]): PropertyFault[] {
  const file = builder === ImageBuilder.acrUpload ? files.find((name) => leftOut.test(name)) : undefined;
  const rule = "must hold nothing that az acr build leaves out of its upload";
  return file === undefined
    ? []
    : [{ property, rule, got: shown(file), remedy: "name it in .amlignore, or use 'buildkit'" }];
}

function prebuiltFaults(
  { prebuilt }: ImageBuildOptions,
  { imageName, baseImageRegistry }: ImagePlaces,
): PropertyFault[] {
  const faults: PropertyFault[] = [];
  const image = imageName === undefined ? undefined : prebuilt?.[imageName];
  if (imageName !== undefined && image === undefined) {
    const known = Object.keys(prebuilt ?? {}).join(", ") || "none";
    faults.push({ property: `${home}.prebuilt`, rule: `must have the image ${shown(imageName)}`, got: known });
  }
  if (image && !/^[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/.test(image.ref)) {
    const rule = "must be 'registry/repository@sha256:…'";
    faults.push({
      property: `${home}.prebuilt.${imageName ?? ""}.ref`,
      rule,
      got: shown(image.ref),
      remedy: "a tag can be moved",
    });
  }
  if (image && !/^[0-9a-f]{64}$/.test(image.identity)) {
    const rule = "must be the identity that it was built with, 64 hex characters";
    faults.push({ property: `${home}.prebuilt.${imageName ?? ""}.identity`, rule, got: shown(image.identity) });
  }
  if (baseImageRegistry) {
    const rule = "must be left out with the builder 'prebuilt', which pulls no base image";
    faults.push({ property: "baseImageRegistry", rule });
  }
  return faults;
}

function gitFaults(git: CommittedContexts, imageName: string): PropertyFault[] {
  return of(`${home}.git.commit`, committedFaults(git, `${git.contextPath}/${imageName}`));
}

function of(property: string, faults: readonly Fault[]): PropertyFault[] {
  return faults.map((fault) => ({ property, ...fault }));
}
