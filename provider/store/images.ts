import * as fs from "node:fs";
import * as path from "node:path";
import { hashFile } from "../../components/internal/content-hash";
import type { ImageModel, LocalImageInputs } from "../../components/internal/local-contract";
import { UserError } from "../rpc/handler";
import { assemble, entries, exclusively, filesBelow, numbered, place, readJson, remove, writeJson } from "./files";
import type { ModelStore } from "./models";

/** What an image is made of: `bundles/<identity>/image.json`. */
export interface Bundle {
  identity: string;
  runtime: string;
  executionScript: string;
  environment: string;
  models: ImageModel[];
  /** Bundle path → where it came from, for messages. */
  sources: Record<string, string>;
}

/** A name and number of an image: `images/<name>/<version>.json`. */
export interface StoredImage {
  name: string;
  version: number;
  identity: string;
  tags: Record<string, string>;
  properties: Record<string, string>;
  description?: string;
  createdAt: string;
}

/** Images: bundles by identity, and the names and versions people know them by. A bundle is a Docker build context too. */
export class ImageStore {
  constructor(
    private readonly names: string,
    private readonly bundles: string,
    private readonly projectRoot: string,
    private readonly models: ModelStore,
  ) {}

  /** Makes the bundle, if it isn't there or isn't whole, and gives it the name's version: the one it has, or the next. */
  async build(inputs: LocalImageInputs, environment: string): Promise<StoredImage> {
    await exclusively(path.join(this.bundles, "locks", inputs.identity), async () => {
      const known = this.bundle(inputs.identity);
      if (known?.environment !== environment || !this.isWhole(inputs)) {
        remove(this.folderOf(inputs.identity));
        await assemble(this.folderOf(inputs.identity), (partial) => {
          this.fill(partial, inputs, environment);
        });
      }
    });
    return exclusively(path.join(this.names, inputs.imageName), () => Promise.resolve(this.name(inputs)));
  }

  find(name: string, identity: string): StoredImage | undefined {
    return this.versions(name).find((image) => image.identity === identity);
  }

  /** The names and versions of an identity, newest last. */
  named(identity: string): StoredImage[] {
    return this.all()
      .filter((image) => image.identity === identity)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  all(): StoredImage[] {
    return entries(this.names).flatMap((name) => this.versions(name));
  }

  bundle(identity: string): Bundle | undefined {
    return readJson(path.join(this.folderOf(identity), "image.json")) as Bundle | undefined;
  }

  allBundles(): Bundle[] {
    return entries(this.bundles).flatMap((identity) =>
      /^[0-9a-f]{64}$/.test(identity) ? (this.bundle(identity) ?? []) : [],
    );
  }

  folderOf(identity: string): string {
    return path.join(this.bundles, identity);
  }

  /** True if every file of the bundle has the content it was made of. */
  isWhole(inputs: Pick<LocalImageInputs, "identity" | "files" | "models">): boolean {
    const home = this.folderOf(inputs.identity);
    const files = Object.entries(inputs.files);
    return (
      files.every(([target, { sha256 }]) => hashIfThere(path.join(home, target)) === sha256) &&
      inputs.models.every((model) => fs.existsSync(path.join(home, modelFolder(model))))
    );
  }

  removeName(name: string, version: number): void {
    remove(path.join(this.names, name, `${version}.json`));
  }

  removeBundle(identity: string): void {
    remove(this.folderOf(identity));
  }

  private fill(folder: string, inputs: LocalImageInputs, environment: string): void {
    for (const [target, { source, sha256, executable }] of Object.entries(inputs.files)) {
      const from = path.resolve(this.projectRoot, source);
      place(from, path.join(folder, target), "copy", executable);
      if (hashFile(path.join(folder, target)) !== sha256) {
        throw new UserError(`'${source}' changed while image '${inputs.imageName}' was built; run the command again`);
      }
    }
    for (const model of inputs.models) {
      this.addModel(path.join(folder, modelFolder(model)), model);
    }
    fs.writeFileSync(path.join(folder, "Dockerfile"), inputs.dockerfile);
    const sources = Object.fromEntries(Object.entries(inputs.files).map(([target, { source }]) => [target, source]));
    const { identity, runtime, executionScript, models } = inputs;
    writeJson(path.join(folder, "image.json"), { identity, runtime, executionScript, environment, models, sources });
  }

  private addModel(target: string, { modelName, version, digest }: ImageModel): void {
    const stored = this.models.get(modelName, version);
    if (stored?.digest !== digest) {
      throw new UserError(
        `model '${modelName}:${version}' is not in the store with the expected content; run npm run refresh, then npm run up`,
      );
    }
    if (!this.models.isWhole(stored)) {
      throw new UserError(
        `model '${modelName}:${version}' is damaged in the store; run npm run up to register it again`,
      );
    }
    const content = this.models.content(modelName, version);
    for (const file of filesBelow(content)) {
      place(path.join(content, file), path.join(target, file), "link");
    }
  }

  private name(inputs: LocalImageInputs): StoredImage {
    const known = this.find(inputs.imageName, inputs.identity);
    const last = readJson(path.join(this.names, inputs.imageName, "last.json")) as { version: number } | undefined;
    const next = Math.max(last?.version ?? 0, ...numbered(path.join(this.names, inputs.imageName))) + 1;
    const image: StoredImage = {
      name: inputs.imageName,
      version: known?.version ?? next,
      identity: inputs.identity,
      tags: inputs.tags ?? {},
      properties: inputs.properties ?? {},
      description: inputs.description,
      createdAt: known?.createdAt ?? new Date().toISOString(),
    };
    writeJson(path.join(this.names, image.name, `${image.version}.json`), image);
    writeJson(path.join(this.names, image.name, "last.json"), { version: Math.max(image.version, next - 1) });
    return image;
  }

  private versions(name: string): StoredImage[] {
    return numbered(path.join(this.names, name)).map(
      (version) => readJson(path.join(this.names, name, `${version}.json`)) as StoredImage,
    );
  }
}

/** Where a model lies in a bundle: as Azure ML lays it out. */
export function modelFolder(model: Pick<ImageModel, "modelName" | "version">): string {
  return path.join("app", "azureml-models", model.modelName, String(model.version));
}

function hashIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? hashFile(file) : undefined;
}
