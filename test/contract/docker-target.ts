import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Container } from "../docker/container";
import type { Engine } from "../docker/engine";
import { buildParts, type ImageParts } from "../docker/images";
import { temporaryFolder } from "../support/folder";
import { projectRoot } from "./environment";
import {
  type Deployment,
  deployments,
  type FixtureScorer,
  fixtureFolder,
  type ServiceKeys,
  type Target,
} from "./target";

const keysFolder = "/run/keys";
/** An image holds at least one model. */
const someModel = { name: "greeting", source: path.join(projectRoot, "test/fixtures/scorers/text/greeting.txt") };

/** The fixture scorers as containers, each from an image of its own, on the environments of `wine` and `iris-spark`. */
export class DockerTarget implements Target {
  readonly keys: ServiceKeys = { primary: crypto.randomUUID(), secondary: crypto.randomUUID() };
  private readonly served = new Map<FixtureScorer, { container: Container; url: string; identity: string }>();
  private readonly home = temporaryFolder("docker-contract");

  constructor(private readonly engine: Engine) {}

  async start(): Promise<void> {
    this.setKeys(this.keys);
    // One after the other: the first builds the layers that the others share.
    for (const [name, deployment] of Object.entries(deployments) as [FixtureScorer, Deployment][]) {
      const { tag, identity } = await buildParts(
        this.engine,
        `fixture-${name}`,
        partsOf(name, deployment),
        this.home.folder,
      );
      const container = await this.engine.run(tag, this.flags(name, deployment));
      this.served.set(name, { container, url: await container.url(), identity });
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.served.values()].map(({ container }) => container.remove()));
    this.home.remove();
  }

  baseUrl(scorer: FixtureScorer): string {
    return this.of(scorer).url;
  }

  missing(): undefined {
    return undefined;
  }

  /** The image's own word on what it is stands beside what the service says. */
  readonly identity = (scorer: FixtureScorer): unknown => ({
    ...this.told(scorer),
    imageIdentity: this.of(scorer).identity,
  });

  log(scorer: FixtureScorer): string {
    return this.of(scorer).container.logNow();
  }

  setKeys({ primary, secondary }: ServiceKeys): void {
    const digests = [primary, secondary].map((key) => crypto.createHash("sha256").update(key).digest("hex"));
    const folder = path.join(this.home.folder, "keys");
    fs.mkdirSync(folder, { recursive: true });
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(path.join(folder, "keys.json.new"), JSON.stringify(digests));
    fs.renameSync(path.join(folder, "keys.json.new"), path.join(folder, "keys.json"));
  }

  private of(scorer: FixtureScorer) {
    const found = this.served.get(scorer);
    if (!found) {
      throw new Error(`fixture scorer ${scorer} is not served`);
    }
    return found;
  }

  private told(scorer: FixtureScorer): object {
    return { image: `${scorer}:1`, models: [] };
  }

  private flags(scorer: FixtureScorer, deployment: Deployment): string[] {
    const settings: Record<string, string | number | undefined> = {
      SERVICE_NAME: scorer,
      SCORESTACK_IDENTITY: JSON.stringify(this.told(scorer)),
      SCORING_TIMEOUT_MS: deployment.scoringTimeoutMs,
      SCORESTACK_STUCK_GRACE_SECONDS: deployment.stuckGraceSeconds,
      SCORESTACK_MAX_BODY_BYTES: deployment.maxBodyBytes,
      SCORESTACK_MAX_REQUESTS: deployment.maxRequests,
      SCORESTACK_KEYS_FILE: deployment.keys ? `${keysFolder}/keys.json` : undefined,
      AML_CORS_ORIGINS: deployment.corsOrigins?.join(","),
    };
    const variables = Object.entries(settings).filter(([, value]) => value !== undefined);
    const mounts = deployment.keys ? ["--volume", `${path.join(this.home.folder, "keys")}:${keysFolder}:ro`] : [];
    return [...mounts, ...variables.flatMap(([name, value]) => ["--env", `${name}=${String(value)}`])];
  }
}

function partsOf(scorer: FixtureScorer, { runtime, dependencies = [], model = someModel }: Deployment): ImageParts {
  const within = (file: string): string => path.join(fixtureFolder(scorer), file);
  const environment = runtime === "spark-py" ? "iris-spark" : "wine";
  return {
    image: {
      executionScript: within("score.py"),
      condaFile: path.join(projectRoot, "scorers", environment, "conda.yml"),
      runtime,
      dependencies: dependencies.map(within),
    },
    models: [{ modelName: model.name, path: model.source }],
  };
}
