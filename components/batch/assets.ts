import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ownName } from "../azure/place";
import { putByTemplate } from "../azure/registration";
import type { BatchScoringPoolArgs } from "../batch-scoring-pool-options";
import { contentVersion } from "../internal/azure-contract";
import { ModelFiles } from "../internal/azure-resources";
import { hashContent } from "../internal/content-hash";
import { hashJson } from "../internal/canonical-json";
import { fromRoot, toRoot } from "../internal/project";
import { driverLock, renderBatchDockerfile } from "../render/batch-environment";
import type { CheckedPool } from "./checks";
import { after, idIn, type Options } from "./place";

/** A version of an asset in the workspace. */
export interface Asset {
  readonly id: pulumi.Output<string>;
  /** What has to be there before it can be used. */
  readonly registered: pulumi.Resource;
}

/** What is uploaded as it is: the script of a deployment, and the packages of the driver. In a bundle it does not lie beside this file. */
const own = (): string => {
  const beside = path.join(__dirname, "azureml");
  return fs.existsSync(beside) ? beside : fromRoot("components/batch/azureml");
};
/** Where build contexts of environments are written: a cache of the program. */
const contexts = ".scorestack/batch";

/** A folder with its content. */
interface Folder {
  readonly source: string;
  readonly digest: string;
  readonly sizeInBytes: number;
}

/** Registers what a deployment runs in: the image, with a Python for Azure ML's driver beside its own. */
export function environment(name: string, args: BatchScoringPoolArgs, { image }: CheckedPool, options: Options): Asset {
  const folder = pulumi.output(image.ref).apply(contextOf);
  const facts = { "scorestack.imageIdentity": image.identity, "scorestack.image": image.ref };
  return asset(name, "environments", args, folder, options, (uri) => ({
    build: { contextUri: pulumi.interpolate`${uri}/`, dockerfilePath: "Dockerfile" },
    osType: "Linux",
    description: args.image.imageId,
    properties: facts,
  }));
}

/** Registers the script that Azure ML calls. */
export function code(name: string, args: BatchScoringPoolArgs, options: Options): Asset {
  return asset(name, "codes", args, pulumi.output(folderAt(toRoot(path.join(own(), "code")))), options, (uri) => ({
    codeUri: uri,
  }));
}

function asset(
  name: string,
  kind: "environments" | "codes",
  { workspace }: BatchScoringPoolArgs,
  folder: pulumi.Output<Folder>,
  options: Options,
  propertiesOf: (uri: pulumi.Output<string>) => object,
): Asset {
  const assetName = ownName(name);
  const version = folder.digest.apply(contentVersion);
  const { blobEndpoint: endpoint, containerName } = workspace.datastore;
  const container = { endpoint, containerName, folder: pulumi.interpolate`${kind}/${assetName}/${version}` };
  const { source, digest, sizeInBytes } = folder;
  const files = new ModelFiles(
    `${name}-files`,
    { modelName: assetName, source, digest, sizeInBytes, container },
    after(options, ...(workspace.ready ?? [])),
  );
  const { workspaceName, resourceGroupName, tags = {} } = workspace;
  const registered = putByTemplate(
    name,
    {
      type: `workspaces/${kind}/versions`,
      name: pulumi.interpolate`${workspaceName}/${assetName}/${version}`,
      properties: propertiesOf(files.uri),
      resourceGroupName,
      tags,
    },
    after(options, files),
  );
  return { id: idIn(workspace, kind, assetName, version), registered };
}

/** Writes a build context, in previews too, under the name of its content. */
function contextOf(ref: string): Folder {
  const dockerfile = renderBatchDockerfile(ref);
  const lock = fs.readFileSync(path.join(own(), driverLock), "utf8");
  const folder = `${contexts}/${hashJson({ dockerfile, lock }).slice(0, 12)}/context`;
  fs.mkdirSync(fromRoot(folder), { recursive: true });
  writeWhole(fromRoot(`${folder}/Dockerfile`), dockerfile);
  writeWhole(fromRoot(`${folder}/${driverLock}`), lock);
  return folderAt(folder);
}

/** Two runs may write the same file at once. */
function writeWhole(file: string, text: string): void {
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
    const aside = path.join(path.dirname(path.dirname(file)), `.${path.basename(file)}.${process.pid}`);
    fs.writeFileSync(aside, text);
    fs.renameSync(aside, file);
  }
}

function folderAt(source: string): Folder {
  const { digest, sizeInBytes } = hashContent(fromRoot(source));
  return { source, digest, sizeInBytes };
}
