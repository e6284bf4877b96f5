import * as path from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import {
  azureTokens,
  type ContainerPlace,
  type ModelFilesInputs,
  type ModelFilesOutputs,
} from "../../components/internal/azure-contract";
import { fromRoot } from "../../components/internal/project";
import { BlobFolder } from "../azure/blobs";
import { isLoopback, login } from "../azure/login";
import { registryStorage } from "../azure/model-registry";
import { azureProblem } from "../azure/problems";
import { uploadContent } from "../azure/upload";
import { compare } from "../rpc/diff";
import type { Context, Handler } from "../rpc/handler";
import { unknown } from "../rpc/values";
import { required } from "./inputs";

/** Where content is found, and by which address the account is reached, is not what it is. */
const hints = /^(source|container\.endpoint)$/;

/** `scorestack:azure:ModelFiles`: a model's content in Azure, under a name of that content. Nothing is deleted. */
export function modelFilesHandler(): Handler<ModelFilesInputs, ModelFilesOutputs> {
  return {
    token: azureTokens.modelFiles,
    secrets: [],
    check: (inputs) => required(inputs, ["modelName", "digest", "source"]),
    diff: (_, oldInputs, news) => Promise.resolve({ changes: compare(oldInputs, news, hints) }),
    preview: (news, olds) =>
      Promise.resolve({ ...news, uri: news.container ? uriIn(news.container, news.source) : knownUri(news, olds) }),
    create: async (news, context) => ({ id: news.modelName, outputs: await store(news, context) }),
    update: (olds, news, context) =>
      isSamePlace(olds, news) ? Promise.resolve({ ...news, uri: olds.uri }) : store(news, context),
    read: async (_, olds) => ((await isWhole(olds)) ? olds : undefined),
    // The version stays: a service, another stack or another workspace may use it.
    delete: () => Promise.resolve(),
  };
}

async function store(inputs: ModelFilesInputs, context: Context): Promise<ModelFilesOutputs> {
  const { container, registry, modelName, digest } = inputs;
  const upload = { modelName, digest, source: fromRoot(inputs.source) };
  if (container) {
    await told(container.endpoint, async () => {
      await uploadContent(new BlobFolder(await containerOf(container), container.folder), upload, context);
    });
    return { ...inputs, uri: uriIn(container, inputs.source) };
  }
  if (!registry) {
    throw new Error("model files need a container or a registry");
  }
  const place = await registryStorage(registry, modelName);
  if (place.kind === "there") {
    context.info(`${modelName}:${registry.version} was registered already`);
    return { ...inputs, uri: place.uri };
  }
  const { ContainerClient } = await import("@azure/storage-blob");
  await told(place.containerUri, () =>
    uploadContent(new BlobFolder(new ContainerClient(place.sasUri), registry.version), upload, context, {
      isNew: true,
      patienceMs: 0,
    }),
  );
  return { ...inputs, uri: `${place.containerUri}/${registry.version}/${path.posix.basename(inputs.source)}` };
}

/** Whether all of the content is where it was put; a registry keeps that from us. */
async function isWhole({ container, digest }: ModelFilesOutputs): Promise<boolean> {
  return (
    container === undefined ||
    (await told(container.endpoint, async () => {
      const folder = new BlobFolder(await containerOf(container), container.folder);
      return (await folder.digest()) === digest;
    }))
  );
}

async function containerOf({ endpoint, containerName }: ContainerPlace): Promise<ContainerClient> {
  const { AnonymousCredential, ContainerClient } = await import("@azure/storage-blob");
  const address = addressOf(endpoint);
  const credential = isLoopback(address) ? new AnonymousCredential() : await login();
  return new ContainerClient(`${address}/${containerName}`, credential);
}

/** A rehearsal has a stand-in for every account, on this machine. */
function addressOf(endpoint: string): string {
  const standIn = process.env["SCORESTACK_BLOB_ENDPOINT"];
  const account = new URL(endpoint).hostname.split(".", 1)[0] ?? "";
  return (standIn ? `${standIn}/${account}` : endpoint).replace(/\/$/, "");
}

async function told<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (problem) {
    throw azureProblem(problem, address);
  }
}

function uriIn({ endpoint, containerName, folder }: ContainerPlace, source: string): string {
  return [endpoint, containerName, folder, source].some((part) => part.includes(unknown))
    ? unknown
    : `${endpoint.replace(/\/$/, "")}/${containerName}/${folder}/${path.posix.basename(source)}`;
}

function isSamePlace(olds: ModelFilesOutputs, news: ModelFilesInputs): boolean {
  return olds.digest === news.digest && Object.keys(compare(placeOf(olds), placeOf(news), hints)).length === 0;
}

function placeOf({ container, registry }: ModelFilesInputs): object {
  return { container, registry };
}

function knownUri(news: ModelFilesInputs, olds: ModelFilesOutputs | undefined): string {
  return olds && isSamePlace(olds, news) ? olds.uri : unknown;
}
