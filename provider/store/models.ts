import * as fs from "node:fs";
import * as path from "node:path";
import { hashContent } from "../../components/internal/content-hash";
import type { LocalModelInputs } from "../../components/internal/local-contract";
import { UserError } from "../rpc/handler";
import { assemble, entries, exclusively, numbered, place, readJson, remove, writeJson } from "./files";

export interface StoredModel {
  name: string;
  version: number;
  digest: string;
  sizeInBytes: number;
  tags: Record<string, string>;
  properties: Record<string, string>;
  description?: string;
  framework?: string;
  frameworkVersion?: string;
  sampleInput?: string;
  registeredAt: string;
}

/** Models by name and version: `models/<name>/<version>/{model.json, content/}`. Versions are never changed or renumbered. */
export class ModelStore {
  constructor(
    private readonly folder: string,
    private readonly projectRoot: string,
  ) {}

  /** Registers content under a name: the version it already has, or the next one. */
  async register(inputs: LocalModelInputs): Promise<StoredModel> {
    const home = path.join(this.folder, inputs.modelName);
    return exclusively(home, async () => {
      const known = this.find(inputs.modelName, inputs.digest);
      const version = known?.version ?? this.nextVersion(inputs.modelName);
      const model = describe(inputs, version, known?.registeredAt ?? new Date().toISOString());
      if (known && this.isWhole(known)) {
        writeJson(this.record(known.name, known.version), model);
        return model;
      }
      if (known) {
        remove(path.join(home, String(version)));
      }
      await assemble(path.join(home, String(version)), (partial) => {
        this.copy(inputs, path.join(partial, "content"));
        writeJson(path.join(partial, "model.json"), model);
      });
      writeJson(path.join(home, "last.json"), { version: Math.max(version, this.last(inputs.modelName)) });
      return model;
    });
  }

  find(name: string, digest: string): StoredModel | undefined {
    return this.versions(name)
      .map((version) => this.get(name, version))
      .find((model) => model?.digest === digest);
  }

  get(name: string, version: number): StoredModel | undefined {
    return readJson(this.record(name, version)) as StoredModel | undefined;
  }

  all(): StoredModel[] {
    return entries(this.folder).flatMap((name) =>
      this.versions(name).flatMap((version) => this.get(name, version) ?? []),
    );
  }

  /** Folder that holds the model's file or folder under its own name. */
  content(name: string, version: number): string {
    return path.join(this.folder, name, String(version), "content");
  }

  /** True if the stored bytes are those that were registered. */
  isWhole(model: StoredModel): boolean {
    const [entry] = entries(this.content(model.name, model.version));
    return (
      entry !== undefined &&
      hashContent(path.join(this.content(model.name, model.version), entry)).digest === model.digest
    );
  }

  remove(name: string, version: number): void {
    remove(path.join(this.folder, name, String(version)));
  }

  private copy(inputs: LocalModelInputs, target: string): void {
    const source = path.resolve(this.projectRoot, inputs.source);
    const isFile = fs.statSync(source).isFile();
    for (const file of hashContent(source).files) {
      const from = isFile ? source : path.join(source, file.path);
      const to = isFile ? file.path : path.join(path.basename(source), file.path);
      place(from, path.join(target, to), "copy", file.executable);
    }
    const copied = hashContent(path.join(target, path.basename(source))).digest;
    if (copied !== inputs.digest) {
      throw new UserError(
        `model '${inputs.modelName}' changed while it was registered: ${inputs.source}; run the command again`,
      );
    }
  }

  private versions(name: string): number[] {
    return numbered(path.join(this.folder, name));
  }

  /** Counted apart from the folders, so that the number of a removed version is never given again. */
  private last(name: string): number {
    const last = readJson(path.join(this.folder, name, "last.json")) as { version: number } | undefined;
    return Math.max(last?.version ?? 0, ...this.versions(name));
  }

  private nextVersion(name: string): number {
    return this.last(name) + 1;
  }

  private record(name: string, version: number): string {
    return path.join(this.folder, name, String(version), "model.json");
  }
}

function describe(inputs: LocalModelInputs, version: number, registeredAt: string): StoredModel {
  return {
    name: inputs.modelName,
    version,
    digest: inputs.digest,
    sizeInBytes: inputs.sizeInBytes,
    tags: inputs.tags ?? {},
    properties: inputs.properties ?? {},
    description: inputs.description,
    framework: inputs.modelFramework,
    frameworkVersion: inputs.modelFrameworkVersion,
    sampleInput: inputs.sampleInput,
    registeredAt,
  };
}
