import type { ImageRecord, ServiceRecord } from "../../provider/store/records";
import type { Answer, Clone } from "./clone";
import { type Clients, type Failure, load, type LoadResult } from "./load";
import { Target } from "./target";

/** One run of `npm run up`. */
export interface Update {
  readonly name: string;
  /** Changes the clone; `number` counts the updates from 1. */
  readonly edit: (number: number) => void | Promise<void>;
  /** Takes the edit back; an update that has it must be refused. */
  readonly undo?: () => void;
}

export interface UpdatesResult {
  readonly requests: number;
  readonly lost: readonly Failure[];
  readonly wrong: readonly Failure[];
  readonly seconds: number;
  /** By service, the numbers of the updates that were to move it, after 0 for what answered at first. */
  readonly due: Readonly<Record<string, readonly number[]>>;
  /** Those whose revision answered, in the order in which it was seen. */
  readonly seen: Readonly<Record<string, readonly number[]>>;
}

/**
 * Runs updates one after the other, with load on every service of the stack. A right answer is that of the last good
 * revision or, while a good update runs, that of the next one. What a service must answer is read from the clone: the
 * first good sample request of its scorer and the release in its settings, see `releaseVariables`.
 *
 * @throws Error if a good update fails or a broken one passes
 */
export async function updatesUnderLoad(
  clone: Clone,
  updates: readonly Update[],
  each: (update: Update, answer: Answer) => Promise<void> = () => Promise.resolve(),
  clients: Clients = { keptAlive: 3, fresh: 2, pauseMs: 250 },
): Promise<UpdatesResult> {
  const targets = await targetsOf(clone);
  const started = performance.now();
  const loads = targets.map((target) => load((agent) => target.ask({ agent }), clients));
  const stop = (): Promise<LoadResult[]> => Promise.all(loads.map((one) => one.stop()));
  try {
    for (const [index, update] of updates.entries()) {
      await each(update, await run(clone, update, index + 1, targets));
      update.undo?.();
    }
  } catch (error) {
    const { lost, wrong } = tally(await stop(), started, targets);
    const counted = `${lost.length} requests lost, ${wrong.length} wrong until then`;
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${counted}`, { cause: error });
  }
  return tally(await stop(), started, targets);
}

async function run(clone: Clone, update: Update, number: number, targets: readonly Target[]): Promise<Answer> {
  await update.edit(number);
  const moved = update.undo ? [] : targets.filter((target) => target.expect(number));
  if (!update.undo && moved.length === 0) {
    throw new Error(`update ${number} (${update.name}) can't be told from the one before`);
  }
  const answer = await clone.run("up", "--yes");
  if (answer.code !== (update.undo ? 1 : 0)) {
    throw new Error(`update ${number} (${update.name}) ended with ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  }
  moved.forEach((target) => target.settle());
  return answer;
}

function tally(results: readonly LoadResult[], started: number, targets: readonly Target[]): UpdatesResult {
  const failures = results.flatMap((result) => result.failures);
  const [wrong, lost] = [true, false].map((is) => failures.filter(({ kind }) => (kind === "wrong") === is));
  return {
    requests: results.reduce((sum, { answers }) => sum + answers, failures.length),
    lost: lost ?? [],
    wrong: wrong ?? [],
    seconds: (performance.now() - started) / 1000,
    due: Object.fromEntries(targets.map(({ name, due }) => [name, due])),
    seen: Object.fromEntries(targets.map(({ name }, index) => [name, (results[index]?.seen ?? []).map(Number)])),
  };
}

async function targetsOf(clone: Clone): Promise<Target[]> {
  const [services, images, outputs] = [
    await clone.json<ServiceRecord[]>("status"),
    await clone.json<ImageRecord[]>("images"),
    await clone.json<{ services: Record<string, { primaryKey?: string }> }>("outputs", "--show-secrets"),
  ];
  return services.map(({ name, imageIdentity, healthUri }) => {
    const scorer = images.find(({ identity }) => identity === imageIdentity)?.name ?? name;
    const key = outputs.services[name]?.primaryKey;
    return new Target(clone, name, scorer, healthUri, key === undefined ? {} : { Authorization: `Bearer ${key}` });
  });
}
