import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, hashFile } from "../../components/internal/content-hash";
import type { ImageModel, LocalImageInputs } from "../../components/internal/local-contract";
import { UserError } from "../rpc/handler";
import { type Care, type Contents, damagedFiles, noteContents } from "./contents";
import { exclusively } from "./exclusive";
import { assemble, entries, numbered, putInPlace, readJson, readText, remove, writeJson } from "./files";
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
  /** Its files, which the supervisor holds each server's against; stores of earlier releases have none. */
  contents?: Contents;
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

/** Images: bundles by identity, and the names and versions people know them by. */
export class ImageStore {
  constructor(
    private readonly names: string,
    private readonly bundles: string,
    private readonly projectRoot: string,
    private readonly models: ModelStore,
  ) {}

  /**
   * Makes the bundle, or mends it, and gives it the name's version: the one it has, the one it `had` if that record is lost or
   * damaged, or the next.
   */
  async build(inputs: LocalImageInputs, environment: string, had?: number): Promise<StoredImage> {
    await exclusively(path.join(this.bundles, "locks", inputs.identity), async () => {
      const home = this.folderOf(inputs.identity);
      if (!fs.existsSync(home)) {
        await assemble(home, (partial) => {
          this.fill(partial, inputs, environment);
        });
      } else if (
        this.bundle(inputs.identity)?.environment !== environment ||
        this.damage(inputs, "thorough").length > 0
      ) {
        // Where it lies, file by file: a server may run from it.
        this.fill(home, inputs, environment);
      }
    });
    return exclusively(path.join(this.names, inputs.imageName), () => Promise.resolve(this.name(inputs, had)));
  }

  find(name: string, identity: string): StoredImage | undefined {
    return this.versions(name).find((image) => image.identity === identity);
  }

  /** The names and versions of an identity, in the order of names: which is the newest, a clock that jumped could not tell. */
  named(identity: string): StoredImage[] {
    return this.all().filter((image) => image.identity === identity);
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

  /** Files of a bundle that are not as they were built. */
  damage(inputs: LocalImageInputs, care: Care): string[] {
    const bundle = this.bundle(inputs.identity);
    const expected = Object.entries(inputs.files).map(([file, { sha256 }]) => [file, sha256]);
    const noted = Object.fromEntries(expected.map(([file = ""]) => [file, bundle?.contents?.[file]?.sha256]));
    const { identity, runtime, executionScript, models } = inputs;
    const core = { identity, runtime, executionScript, models };
    const known = bundle && Object.fromEntries(Object.keys(core).map((key) => [key, bundle[key as keyof Bundle]]));
    if (canonicalJson([core, Object.fromEntries(expected)]) !== canonicalJson([known ?? null, noted])) {
      return ["image.json"];
    }
    const folder = this.folderOf(identity);
    const isRendered = readText(path.join(folder, "Dockerfile")) === inputs.dockerfile;
    return [...(isRendered ? [] : ["Dockerfile"]), ...damagedFiles(folder, bundle?.contents ?? {}, care)];
  }

  removeName(name: string, version: number): void {
    remove(path.join(this.names, name, `${version}.json`));
  }

  removeBundle(identity: string): void {
    remove(this.folderOf(identity));
  }

  private fill(folder: string, inputs: LocalImageInputs, environment: string): void {
    const hashes: Record<string, string> = {};
    for (const [target, { source, sha256, executable }] of Object.entries(inputs.files)) {
      hashes[target] = sha256;
      if (hashIfThere(path.join(folder, target)) === sha256) {
        continue;
      }
      putInPlace(path.resolve(this.projectRoot, source), path.join(folder, target), "copy", executable);
      if (hashFile(path.join(folder, target)) !== sha256) {
        throw new UserError(`'${source}' changed while image '${inputs.imageName}' was built; run the command again`);
      }
    }
    for (const model of inputs.models) {
      Object.assign(hashes, this.addModel(folder, model));
    }
    fs.writeFileSync(path.join(folder, "Dockerfile"), inputs.dockerfile);
    const sources = Object.fromEntries(Object.entries(inputs.files).map(([target, { source }]) => [target, source]));
    const { identity, runtime, executionScript, models } = inputs;
    const contents = noteContents(folder, hashes);
    const bundle: Bundle = { identity, runtime, executionScript, environment, models, sources, contents };
    writeJson(path.join(folder, "image.json"), bundle);
  }

  /** Returns its files' hashes by their paths in the bundle. */
  private addModel(folder: string, { modelName, version, digest }: ImageModel): Record<string, string> {
    const stored = this.models.get(modelName, version);
    if (stored?.digest !== digest) {
      throw new UserError(
        `model '${modelName}:${version}' is not in the store with the expected content; run npm run refresh, then npm run up`,
      );
    }
    const [damaged] = this.models.damage(stored, "thorough");
    if (damaged !== undefined) {
      throw new UserError(
        `model '${modelName}:${version}' is damaged in the store (${damaged}); run npm run refresh -- --yes, then npm run up`,
      );
    }
    const target = modelFolder({ modelName, version });
    return Object.fromEntries(
      Object.entries(stored.contents ?? {}).map(([file, { sha256 }]) => {
        const from = path.join(this.models.content(modelName, version), file);
        const to = path.join(folder, target, file);
        if (fs.statSync(to, { throwIfNoEntry: false })?.ino !== fs.statSync(from).ino && hashIfThere(to) !== sha256) {
          putInPlace(from, to, "link");
        }
        return [path.join(target, file), sha256];
      }),
    );
  }

  private name(inputs: LocalImageInputs, had?: number): StoredImage {
    const known = this.find(inputs.imageName, inputs.identity);
    const isLost = had !== undefined && !this.versions(inputs.imageName).some(({ version }) => version === had);
    const last = readJson(path.join(this.names, inputs.imageName, "last.json")) as { version: number } | undefined;
    const next = Math.max(last?.version ?? 0, ...numbered(path.join(this.names, inputs.imageName))) + 1;
    const image: StoredImage = {
      name: inputs.imageName,
      version: known?.version ?? (isLost ? had : next),
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
    return numbered(path.join(this.names, name)).flatMap(
      (version) => (readJson(path.join(this.names, name, `${version}.json`)) as StoredImage | undefined) ?? [],
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
