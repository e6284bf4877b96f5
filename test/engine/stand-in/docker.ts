import * as fs from "node:fs";
import * as path from "node:path";
import { hashContent } from "../../../components/internal/content-hash";
import { compare } from "../../../provider/rpc/diff";
import { unknown, type Values } from "../../../provider/rpc/values";
import { registryAt } from "./azure/rules/pull";
import type { Cloud } from "./cloud";
import {
  type ChangeCall,
  type CheckCall,
  type Compared,
  type DeleteCall,
  type Made,
  type Package,
  Refusal,
  type Seen,
  type Subject,
} from "./package";
import { digestOf, findImage, type ImageName, parseImage, pushImage } from "./registry";
import { listOf, textOf } from "./values";
import type { Typings } from "./typings";
import { checkInputs } from "./typings/check";

/**
 * `docker-build:index:Image`: nothing is built. The digest follows from the build context's files and the build's options, and an
 * image that is pushed to a registry of the stand-in can be pulled from it.
 */
export class DockerPackage implements Package {
  readonly name = "docker-build";
  readonly version: string;

  constructor(
    private readonly cloud: Cloud,
    private readonly typings: Typings,
    private readonly root: string,
  ) {
    this.version = typings.version("docker-build") ?? "0.0.0";
  }

  configure(): void {
    // A build daemon is not needed.
  }

  check({ token, inputs }: CheckCall) {
    const shape = this.typings.resource(token);
    if (!shape || token !== "docker-build:index:Image") {
      throw new Refusal(`the stand-in does not have ${token}; it has docker-build:index:Image`);
    }
    const filled = { network: "default", ...inputs };
    const failures = checkInputs(shape, filled);
    const folder = this.contextOf(inputs);
    if (folder !== undefined && !fs.existsSync(folder)) {
      failures.push({ property: "context", reason: `'context.location' must be a folder, got '${folder}'` });
    }
    return { inputs: filled, failures };
  }

  /** Nothing replaces an image; a changed file in the context does what a changed input does. */
  compare(_: Subject, { inputs: olds, outputs }: Seen, inputs: Values): Compared {
    // A registry's password may be another one at each run.
    const changes = compare(olds, inputs, /^registries\[\d+\]\.password$/);
    const hash = this.contextHash(inputs);
    if (hash !== undefined && hash !== outputs.contextHash) {
      changes.contextHash = "update";
    }
    return { changes, replaces: [], deleteBeforeReplace: false };
  }

  preview({ inputs }: ChangeCall): Values {
    return { ...inputs, contextHash: this.contextHash(inputs) ?? unknown, digest: unknown, ref: unknown };
  }

  create(call: ChangeCall): Made {
    return this.build(call);
  }

  update(call: ChangeCall): Made {
    return { ...this.build(call), id: call.old?.id ?? "" };
  }

  read(_: Subject, __: string, olds: Seen): Seen | undefined {
    const tags = this.tagsOf(olds.inputs).filter(({ registry }) => registryAt(this.cloud, registry));
    const digest = textOf(olds.outputs.digest);
    const gone =
      olds.inputs.push === true && tags.every((tag) => findImage(this.cloud, { ...tag, digest }) === undefined);
    return tags.length > 0 && gone ? undefined : olds;
  }

  delete({ inputs }: DeleteCall): void {
    for (const { repository, tag } of this.tagsOf(inputs)) {
      Reflect.deleteProperty(this.cloud.state.images[repository] ?? {}, tag);
    }
    this.cloud.save();
  }

  invoke(token: string): Values {
    throw new Refusal(`the stand-in does not have ${token}`);
  }

  private build({ inputs, secretPaths }: ChangeCall): Made {
    const contextHash = this.contextHash(inputs) ?? "";
    const options = { platforms: inputs.platforms, buildArgs: inputs.buildArgs, target: inputs.target };
    const digest = digestOf(`${contextHash}|${JSON.stringify(options)}`);
    const tags = this.tagsOf(inputs);
    if (inputs.push === true) {
      for (const tag of tags) {
        this.push(tag, digest);
      }
    }
    const [first] = tags;
    const ref = first ? `${first.repository}:${first.tag}@${digest}` : "";
    // The package takes every output to depend on every input.
    const secrets = secretPaths.size > 0 ? ["contextHash", "digest", "ref"] : [];
    return { id: digest, outputs: { ...inputs, contextHash, digest, ref }, secrets };
  }

  private push({ registry, repository, tag }: ImageName, digest: string): void {
    if (registry.endsWith(".azurecr.io") && !registryAt(this.cloud, registry)) {
      throw new Refusal(`failed to push ${repository}:${tag}: lookup ${registry}: no such host`);
    }
    pushImage(this.cloud, repository, tag, digest);
  }

  private tagsOf({ tags }: Values): ImageName[] {
    return listOf(tags).map((tag) => parseImage(textOf(tag)));
  }

  private contextHash(inputs: Values): string | undefined {
    const folder = this.contextOf(inputs);
    if (folder === undefined || !fs.existsSync(folder)) {
      return undefined;
    }
    // The files alone: the folder may have another name.
    return digestOf(
      JSON.stringify(hashContent(folder).files.map(({ path: at, sha256, executable }) => [at, sha256, executable])),
    );
  }

  /** Folder of the build context; undefined for contexts that lie elsewhere. */
  private contextOf({ context }: Values): string | undefined {
    const location = (context as { location?: string } | undefined)?.location;
    return location === undefined || location === unknown || /^[a-z-]+:\/\//.test(location)
      ? undefined
      : path.resolve(this.root, location);
  }
}
