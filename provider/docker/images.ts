import * as path from "node:path";
import { identityLabel } from "../../components/internal/container-contract";
import { ensureContext } from "../../components/internal/context-folder";
import { buildArguments, shortIdentity } from "../../components/render/dockerfile";
import { type Context, UserError } from "../rpc/handler";
import type { Store } from "../store";
import { contextOf } from "../store/bundle-context";
import { exclusively } from "../store/exclusive";
import type { Bundle } from "../store/images";
import { askDocker, docker, runDocker } from "./client";

/** Label of an image that this clone has built. */
const cloneLabel = "scorestack.clone";
const indexVariables = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"] as const;
const shownLines = 20;

/** A container image that this clone has built. */
export interface ContainerImage {
  /** `scorestack/churn:0123456789ab`. */
  /** Its id, where a later build has taken its name. */
  readonly tag: string;
  readonly identity: string;
  /** With layers that other images may share. */
  readonly sizeInBytes: number;
}

/** As Docker tells of an image; one that a later build has taken the name of has no tag. */
interface Inspected {
  readonly id: string;
  readonly tags: readonly string[] | null;
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The id of a bundle's container image, built if Docker does not have it: from the files in the store, whatever has become of
 * their sources. An id can't be moved, as a tag can.
 *
 * @throws {@link UserError} if it can't be built
 */
export async function ensureContainerImage(store: Store, bundle: Bundle, context: Context): Promise<string> {
  const tag = tagOf(store, bundle.identity);
  const known = await idOf(tag, bundle.identity);
  if (known !== undefined) {
    return known;
  }
  // Beside the lock of the bundle itself, which is not held for minutes.
  return exclusively(path.join(store.folder, "bundles", "locks", `${bundle.identity}-container`), async () => {
    if ((await idOf(tag, bundle.identity)) === undefined) {
      await build(store, bundle, tag, context);
    }
    const built = await idOf(tag, bundle.identity);
    if (built === undefined) {
      throw new UserError(`Docker has no image '${tag}' after it was built; run the command again`);
    }
    return built;
  });
}

/** The container images that this clone has built; none where Docker does not answer. */
export async function containerImages({ projectRoot }: Store): Promise<ContainerImage[]> {
  const own = ["--filter", `label=${cloneLabel}=${projectRoot}`];
  const ids = linesOf(await askDocker("image", "ls", "--quiet", "--no-trunc", ...own));
  if (ids.length === 0) {
    return [];
  }
  const format = `{"id":{{json .Id}},"tags":{{json .RepoTags}},"size":{{json .Size}},"labels":{{json .Config.Labels}}}`;
  const told = linesOf(await askDocker("image", "inspect", "--format", format, ...new Set(ids)));
  return told.flatMap((line) => {
    const { id, tags, size, labels } = JSON.parse(line) as Inspected;
    const names = tags === null || tags.length === 0 ? [id] : tags;
    return names.map((tag) => ({ tag, identity: labels[identityLabel] ?? "", sizeInBytes: size }));
  });
}

/** False for one that a container runs from, which stays. */
export async function removeContainerImage({ tag }: ContainerImage): Promise<boolean> {
  return (await askDocker("image", "rm", tag)) !== undefined;
}

function linesOf(text = ""): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function tagOf({ imageStore }: Store, identity: string): string {
  const name = imageStore.named(identity).pop()?.name ?? "image";
  // Dots of a repository's name stand alone between letters.
  return `scorestack/${name.replace(/[.-]*\.[.-]*/g, ".")}:${shortIdentity(identity)}`;
}

async function idOf(tag: string, identity: string): Promise<string | undefined> {
  const format = `{{.Id}} {{index .Config.Labels "${identityLabel}"}}`;
  const [id, found] = (await askDocker("image", "inspect", "--format", format, tag))?.split(" ") ?? [];
  return found === identity ? id : undefined;
}

async function build(store: Store, bundle: Bundle, tag: string, context: Context): Promise<void> {
  const folder = path.join(
    store.projectRoot,
    ensureContext(bundle.identity, () => contextOf(store, bundle)),
  );
  const given = Object.entries(buildArguments(bundle.identity, bundle.models)).map(
    ([name, value]) => `${name}=${value}`,
  );
  // Named only, so that the client takes the value from its environment.
  const all = [...given, ...packageIndexes()].flatMap((one) => ["--build-arg", one]);
  const words = ["build", "--tag", tag, "--label", `${cloneLabel}=${store.projectRoot}`, ...all, folder];
  const stage = new Stage(`building container image ${tag}`, context);
  const code = await runDocker(words, { environment: process.env, signal: context.cancelled }, (line) => {
    stage.hear(line);
  })
    .catch((problem: unknown) => {
      throw context.cancelled.aborted
        ? new UserError(`building container image ${tag}: stopped; run the command again to go on`)
        : problem;
    })
    .finally(() => {
      stage.end();
    });
  if (code !== 0) {
    throw new UserError(
      `docker build of '${tag}' ended with exit code ${code}; correct the cause and run npm run up again; its last lines:\n${stage.last.join("\n")}`,
    );
  }
  const size = Number(await docker("image", "inspect", "--format", "{{.Size}}", tag));
  context.info(`container image ${tag}, ${(size / 1e6).toFixed(0)} MB, built in ${stage.seconds} s`);
}

/** The package indexes of this machine, which the local environments are built with too. */
function packageIndexes(): string[] {
  const named = indexVariables.filter((name) => process.env[name]);
  const secret = named.find((name) => /\/\/[^/]*@/.test(process.env[name] ?? ""));
  if (secret !== undefined) {
    throw new UserError(
      `'${secret}' must hold no password where a container image is built, for it would stand in the image's history; take an index without one`,
    );
  }
  return named;
}

/** Tells of a build while it lasts: its step, in the words of either builder, and its time. */
class Stage {
  readonly last: string[] = [];
  private readonly started = performance.now();
  private step = "";
  private readonly clock = setInterval(() => {
    this.tell();
  }, 2000);

  constructor(
    private readonly what: string,
    private readonly context: Context,
  ) {
    context.progress(`${what} …`);
  }

  get seconds(): number {
    return Math.round((performance.now() - this.started) / 1000);
  }

  hear(line: string): void {
    if (line.trim() === "") {
      return;
    }
    this.last.push(line.trimEnd());
    this.last.splice(0, this.last.length - shownLines);
    // `#7 [4/9] COPY …` says BuildKit, `Step 4/9 : COPY …` the classic builder.
    const found = /^(?:#\d+ \[\s*|Step )(\d+\/\d+)[\] ]/.exec(line)?.[1];
    if (found !== undefined) {
      this.step = `step ${found.replace("/", " of ")}, `;
      this.tell();
    }
  }

  end(): void {
    clearInterval(this.clock);
  }

  private tell(): void {
    this.context.progress(`${this.what} … ${this.step}${this.seconds} s`);
  }
}
