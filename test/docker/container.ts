import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../contract/http";
import type { Engine } from "./engine";
import { dockerFile } from "./host";

const answerMs = 3000;

/** A container that serves. */
export class Container {
  constructor(
    private readonly engine: Engine,
    readonly id: string,
  ) {}

  /** Resolves with its address once it answers; rejects with its log when it has ended. */
  async url(): Promise<string> {
    const port = await this.engine.docker("port", this.id, "5001/tcp").catch(() => "gone");
    for (;;) {
      const isHealthy = await Promise.race([isAnswered(`http://${port}`), sleep(answerMs, false)]);
      if (isHealthy) {
        return `http://${port}`;
      }
      if ((await this.state("Running")) !== "true") {
        throw new Error(`the container has ended with ${await this.state("ExitCode")}\n${await this.log()}`);
      }
      await sleep(200);
    }
  }

  async state(what: string): Promise<string> {
    return this.engine.docker("inspect", "--format", `{{.State.${what}}}`, this.id);
  }

  async exec(...words: string[]): Promise<string> {
    return this.engine.docker("exec", this.id, ...words);
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await this.engine.said("logs", this.id);
    return stdout + stderr;
  }

  /** As `log`, for who can't wait. */
  logNow(): string {
    const { stdout, stderr } = spawnSync(dockerFile(), ["logs", this.id], {
      encoding: "utf8",
      env: this.engine.environment(),
    });
    return stdout + stderr;
  }

  async remove(): Promise<void> {
    await this.engine.docker("rm", "--force", this.id);
  }
}

async function isAnswered(url: string): Promise<boolean> {
  return ask(url, { path: "/" }).then(
    ({ status }) => status === 200,
    () => false,
  );
}
