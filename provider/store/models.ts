import * as fs from "node:fs";
import * as path from "node:path";
import { hashContent } from "../../components/internal/content-hash";
import type { LocalModelInputs } from "../../components/internal/local-contract";
import { UserError } from "../rpc/handler";
import { type Care, type Contents, damagedFiles, noteContents } from "./contents";
import { exclusively } from "./exclusive";
import { assemble, entries, numbered, place, readJson, remove, writeJson } from "./files";

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
  /** Files of its content; stores of earlier releases have none. */
  contents?: Contents;
}

/** Models by name and version: `models/<name>/<version>/{model.json, content/}`. Versions are never changed or renumbered. */
export class ModelStore {
  constructor(
    private readonly folder: string,
    private readonly projectRoot: string,
  ) {}

  /** Registers content under a name: the version it already has, the one it `had` if that is lost or damaged, or the next one. */
  async register(inputs: LocalModelInputs, had?: number): Promise<StoredModel> {
    const home = path.join(this.folder, inputs.modelName);
    return exclusively(home, async () => {
      const known = this.find(inputs.modelName, inputs.digest);
      const lost = had !== undefined && this.get(inputs.modelName, had) === undefined ? had : undefined;
      const version = known?.version ?? lost ?? this.nextVersion(inputs.modelName);
      const model = describe(inputs, version, known?.registeredAt ?? new Date().toISOString());
      if (known && this.damage(known, "thorough").length === 0) {
        const kept = { ...model, contents: known.contents };
        writeJson(this.record(known.name, known.version), kept);
        return kept;
      }
      return this.fill(path.join(home, String(version)), inputs, model);
    });
  }

  private async fill(
    target: string,
    inputs: LocalModelInputs,
    model: Omit<StoredModel, "contents">,
  ): Promise<StoredModel> {
    let contents: Contents = {};
    const last = Math.max(model.version, this.last(model.name));
    await assemble(target, (partial) => {
      contents = this.copy(inputs, path.join(partial, "content"));
      writeJson(path.join(partial, "model.json"), { ...model, contents });
      // Whatever damaged content is there goes only once there is better.
      remove(target);
    });
    writeJson(path.join(path.dirname(target), "last.json"), { version: last });
    return { ...model, contents };
  }

  find(name: string, digest: string): StoredModel | undefined {
    return this.versions(name)
      .map((version) => this.get(name, version))
      .find((model) => model?.digest === digest);
  }

  get(name: string, version: number | string): StoredModel | undefined {
    return readJson(this.record(name, version)) as StoredModel | undefined;
  }

  all(): StoredModel[] {
    return entries(this.folder).flatMap((name) =>
      this.versions(name).flatMap((version) => this.get(name, version) ?? []),
    );
  }

  /** Folder that holds the model's file or folder under its own name. */
  content(name: string, version: number | string): string {
    return path.join(this.folder, name, String(version), "content");
  }

  /** Files that are not as they were registered. */
  damage({ name, version, contents = {} }: StoredModel, care: Care): string[] {
    const damaged = damagedFiles(this.content(name, version), contents, care);
    return Object.keys(contents).length > 0 ? damaged : ["model.json"];
  }

  remove(name: string, version: number): void {
    remove(path.join(this.folder, name, String(version)));
  }

  private copy(inputs: LocalModelInputs, target: string): Contents {
    const source = path.resolve(this.projectRoot, inputs.source);
    const isFile = fs.statSync(source).isFile();
    for (const file of hashContent(source).files) {
      const from = isFile ? source : path.join(source, file.path);
      const to = isFile ? file.path : path.join(path.basename(source), file.path);
      place(from, path.join(target, to), "copy", file.executable);
    }
    const copied = hashContent(path.join(target, path.basename(source)));
    if (copied.digest !== inputs.digest) {
      throw new UserError(
        `model '${inputs.modelName}' changed while it was registered: ${inputs.source}; run the command again`,
      );
    }
    const inside = (file: string): string => (isFile ? file : path.join(path.basename(source), file));
    return noteContents(target, Object.fromEntries(copied.files.map((file) => [inside(file.path), file.sha256])));
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

  private record(name: string, version: number | string): string {
    return path.join(this.folder, name, String(version), "model.json");
  }
}

function describe(inputs: LocalModelInputs, version: number, registeredAt: string): Omit<StoredModel, "contents"> {
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
