import { spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "../support/folder";
import { commonPython, pythonOf } from "./environment";
import { TestServer } from "./server";
import {
  type Deployment,
  deployments,
  type FixtureScorer,
  fixtureFolder,
  type ServiceKeys,
  type Target,
} from "./target";

const startedAtATime = 3;

/** The fixture scorers as services on this machine, each under its own supervisor. `server` answers the scoring requests. */
export class LocalTarget implements Target {
  readonly keys: ServiceKeys = { primary: crypto.randomUUID(), secondary: crypto.randomUUID() };
  private readonly servers = new Map<FixtureScorer, TestServer>();
  private readonly home = temporaryFolder("contract-keys");

  constructor(private readonly server: "scorestack" | "azmlinfsrv") {}

  async start(): Promise<void> {
    this.setKeys(this.keys);
    const names = Object.keys(deployments) as FixtureScorer[];
    // The last one is taken first, and Spark takes longest.
    const waiting = names.filter((name) => this.missing(name) === undefined);
    const worker = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        this.servers.set(name, await this.serve(name, deployments[name]));
      }
    };
    // All of them have ended when this throws, so that `stop` knows every server.
    const ended = await Promise.allSettled(Array.from({ length: startedAtATime }, worker));
    for (const outcome of ended) {
      if (outcome.status === "rejected") {
        throw outcome.reason;
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
    this.home.remove();
  }

  baseUrl(scorer: FixtureScorer): string {
    return this.served(scorer).url;
  }

  missing(scorer: FixtureScorer): string | undefined {
    const needsJava = deployments[scorer].runtime === "spark-py";
    return needsJava && !hasJava() ? "no Java is found" : undefined;
  }

  readonly identity = (scorer: FixtureScorer): unknown => ({ image: `${scorer}:1`, models: [] });

  log(scorer: FixtureScorer): string {
    return this.served(scorer).log();
  }

  setKeys({ primary, secondary }: ServiceKeys): void {
    const digests = [primary, secondary].map((key) => crypto.createHash("sha256").update(key).digest("hex"));
    fs.writeFileSync(`${this.keysFile}.new`, JSON.stringify(digests));
    fs.renameSync(`${this.keysFile}.new`, this.keysFile);
  }

  private get keysFile(): string {
    return path.join(this.home.folder, "keys.json");
  }

  private served(scorer: FixtureScorer): TestServer {
    const server = this.servers.get(scorer);
    if (!server) {
      throw new Error(`fixture scorer ${scorer} is not served`);
    }
    return server;
  }

  private async serve(scorer: FixtureScorer, deployment: Deployment): Promise<TestServer> {
    return TestServer.start({
      files: ["score.py", ...(deployment.dependencies ?? [])].map((file) => path.join(fixtureFolder(scorer), file)),
      models: deployment.model ? [deployment.model] : [],
      python: deployment.runtime === "spark-py" ? await pythonOf("iris-spark") : await commonPython(),
      environment: {
        ...environmentOf(deployment, this.keysFile),
        ...this.names(scorer),
        SCORESTACK_SERVER: this.server,
      },
    });
  }

  private names(scorer: FixtureScorer): Record<string, string> {
    return { SERVICE_NAME: scorer, SCORESTACK_IDENTITY: JSON.stringify(this.identity(scorer)) };
  }
}

/** Whether PySpark can run here. */
export function hasJava(): boolean {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, "bin/java") : "java";
  return spawnSync(java, ["-version"], { stdio: "ignore" }).status === 0;
}

function environmentOf(deployment: Deployment, keysFile: string): Record<string, string> {
  const settings: Record<string, string | number | undefined> = {
    SCORING_TIMEOUT_MS: deployment.scoringTimeoutMs,
    SCORESTACK_STUCK_GRACE_SECONDS: deployment.stuckGraceSeconds,
    SCORESTACK_MAX_BODY_BYTES: deployment.maxBodyBytes,
    SCORESTACK_MAX_REQUESTS: deployment.maxRequests,
    SCORESTACK_KEYS_FILE: deployment.keys ? keysFile : undefined,
    AML_CORS_ORIGINS: deployment.corsOrigins?.join(","),
    JAVA_HOME: deployment.runtime === "spark-py" ? process.env.JAVA_HOME : undefined,
    HOME: process.env.HOME,
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
