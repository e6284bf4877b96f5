import type { Answer } from "../support/clone";
import { type Heard, listenTo } from "./client";
import { type Content, firstContent } from "./content";
import { type Outcome, invariants } from "./invariants";
import type { Step } from "./plan";
import { Sandbox } from "./sandbox";
import { strike } from "./strike";
import { World } from "./world";

/** What became of a step. */
export interface Told {
  readonly step: Step;
  /** Whether its victim was there to be killed. */
  readonly hit: boolean;
  /** What the mending run said that it has mended. */
  readonly mended: readonly string[];
  /** Whether the mending run was done twice, as its message asked. */
  readonly asked: boolean;
  readonly seconds: number;
  readonly requests: number;
  /** Violated invariants, one a line; with what the commands said after them. */
  readonly violations: readonly string[];
  readonly said: readonly string[];
}

const mendingWords =
  /^(Removed|A run was ended|The state of stack|Waiting for process|Put |.*(is mended|was registered already|goes on answering))/;
const asksAgain = /run npm (run up|start)|run the (same )?command again|wait until it ends/;

/** A sandbox with a service in it, and the steps that were taken. */
export class Storm {
  readonly sandbox = new Sandbox();
  private world: World | undefined;
  private content: Content = firstContent;
  private isUp = false;

  /** Brings the service up for the first time, undisturbed. */
  async begin(): Promise<void> {
    await this.sandbox.prepare(firstContent);
    const answer = await this.sandbox.run("start");
    if (answer.code !== 0) {
      throw new Error(`the first start ended with ${answer.code}\n${answer.stderr}`);
    }
    this.world = new World(this.sandbox);
    this.isUp = true;
    await this.world.learnKeys();
    this.world.port = this.world.resource("service")?.outputs?.port as number;
    const first = this.world.resource("image")?.inputs?.identity as string;
    this.world.contents.set(first, firstContent);
    this.world.versions.problems();
  }

  /** One kill, the mending run after it, and all invariants. */
  async take(step: Step): Promise<Told> {
    const start = performance.now();
    const world = this.world;
    if (!world) {
      throw new Error("the storm has not begun");
    }
    this.sandbox.write(step.content);
    const listening = this.listen(step, world);
    const struck = await strike(step, this.sandbox);
    if (!step.takenBack) {
      this.content = step.content;
    }
    this.sandbox.write(this.content);
    const runs = await this.mend(step);
    const last = runs.at(-1);
    this.isUp = step.mending[0] !== "down";
    const proof = this.isUp && last?.code === 0 ? [await this.sandbox.proveNothingToDo()] : [];
    const heard = await listening?.stop();
    const said = [...struck.answers, ...runs, ...proof].map(
      ({ code, stdout, stderr }) => `[${code}] ${stdout}${stderr}`,
    );
    const outcome: Outcome = { step, struck, content: this.content, isUp: this.isUp, heard, said };
    const violations =
      last?.code === 0
        ? await this.check(world, outcome, proof[0])
        : [`does not converge: ${step.mending.join(" ")} ended with ${last?.code ?? "nothing"}`];
    const settled = violations.length === 0 ? await this.settle(world, step) : [];
    return {
      step,
      hit: struck.at !== undefined,
      mended: runs.flatMap(({ stderr }) => stderr.split("\n").filter((line) => mendingWords.test(line))),
      asked: runs.length > 1,
      seconds: (performance.now() - start) / 1000,
      requests: heard?.answers ?? 0,
      violations: [...violations, ...settled],
      said,
    };
  }

  private listen(step: Step, { port, keys }: World): { stop: () => Promise<Heard> } | undefined {
    const stops = step.commands.some(({ args }) => args[0] === "down") || step.mending[0] === "down";
    if (!this.isUp || stops || port === undefined || keys === undefined) {
      return undefined;
    }
    const rotatesSecondary = step.commands.some(({ args }) => args.includes("--secondary"));
    return listenTo(port, rotatesSecondary ? keys.primaryKey : keys.secondaryKey);
  }

  /** The next normal command; once more only if it says so itself. */
  private async mend({ mending }: Step): Promise<Answer[]> {
    const first = await this.sandbox.run(...mending);
    return first.code !== 0 && asksAgain.test(first.stderr) ? [first, await this.sandbox.run(...mending)] : [first];
  }

  private async check(world: World, outcome: Outcome, proof: Answer | undefined): Promise<string[]> {
    const found =
      proof && !proof.stdout.includes("Nothing has changed")
        ? ["does not converge: a further up changes something"]
        : [];
    for (const [name, invariant] of Object.entries(invariants)) {
      found.push(...(await invariant(world, outcome)).map((problem) => `${name}: ${problem}`));
    }
    return found;
  }

  /** A rollback that was killed may have been done or not; the next step begins where it was done. */
  private async settle(world: World, { operation, commands }: Step): Promise<string[]> {
    const isPinned = world.pinIn(world.settings) !== undefined;
    const wanted = operation === "rollback" ? true : operation === "rollback --undo" ? false : isPinned;
    if (wanted === isPinned) {
      return [];
    }
    const { code, stderr } = await this.sandbox.run(...(commands[0]?.args ?? []));
    world.settings = world.readSettings();
    world.versions.problems();
    return code === 0 ? [] : [`does not converge: ${operation} ended with ${code}: ${stderr}`];
  }
}
