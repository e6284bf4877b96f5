import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { using } from "./cleanup";
import { compare, interleave, type MeasureSpec, type Sample } from "./comparison";
import { canPin, onCore } from "./machine";
import type { Section } from "./main";
import type { Scoring } from "./serving/ask";
import { replies, row, type Scorer, ServingClone } from "./serving/clone";
import { processesOf, usageOf } from "../provider/service/group";
import { Generator, serverCore } from "./serving/load";
import { peerPython, peerSpec } from "./serving/peer";
import { type ServerSpec, withServer } from "./serving/server";

const root = path.resolve(__dirname, "..");
const home = path.join(root, ".scorestack/bench");
const flask = "scorestack, server: azmlinfsrv";
const measures: readonly MeasureSpec[] = [
  { name: "requests/s", unit: "", better: "higher" },
  { name: "p50", unit: "ms", better: "lower" },
  { name: "p99", unit: "ms", better: "lower" },
  { name: "CPU per request", unit: "µs", better: "lower" },
  { name: "memory", unit: "MiB", better: "lower" },
  { name: "failures", unit: "", better: "lower" },
  { name: "generator busy", unit: "", better: "lower" },
];
const peers: Readonly<Record<Scorer, string>> = { diabetes: "Diabetes", light: "Light" };

/** Something that answers, and whose processes are known. */
interface Target {
  readonly scoring: Scoring;
  readonly groups: readonly number[];
}

/** Services of ours beside the inference server alone, a handler without a model, and MLServer, on one core. */
export const scoring: Section = async ({ quick }, tell) => {
  const services = Object.fromEntries(
    Object.keys(replies).map((scorer) => [`${scorer}-flask`, { scorer, server: "azmlinfsrv" }]),
  );
  await using(
    ServingClone.make(["diabetes", "light"], services),
    (clone) => clone.remove(),
    async (clone) => {
      await clone.up();
      const python = await peerPython(root, path.join(home, "environments"));
      for (const scorer of Object.keys(replies) as Scorer[]) {
        const specs = await specsOf(clone, scorer, python);
        if (scorer === "diabetes") {
          tell(compare("start to first reply", [startMeasure], await startTimes(specs, quick ? 1 : 5)));
        }
        await measureRates(clone, scorer, specs, quick, tell);
      }
    },
  );
};

const startMeasure: MeasureSpec = { name: "time", unit: "s", better: "lower" };

async function specsOf(clone: ServingClone, scorer: Scorer, python: string): Promise<Record<string, ServerSpec>> {
  const modelFolder = clone.clone.path("scorers", scorer, "model");
  const peer = { implementation: peers[scorer], modelFolder, row, contains: replies[scorer] };
  return {
    scorestack: clone.launchSpec(scorer, scorer),
    [flask]: clone.launchSpec(`${scorer}-flask`, scorer),
    azmlinfsrv: clone.bareSpec(scorer, scorer),
    "bare ASGI handler": clone.asgiSpec(scorer),
    MLServer: await peerSpec(python, clone.clone.path(".scorestack/bench"), peer),
  };
}

/** The commands as they are, without a supervisor: from the start of the process to the first right reply. */
async function startTimes(
  specs: Readonly<Record<string, ServerSpec>>,
  rounds: number,
): Promise<Record<string, Sample[]>> {
  const start = (name: string, spec: ServerSpec) => (): Promise<Sample> =>
    withServer(spec, [], logOf(name), ({ startSeconds }) => Promise.resolve({ time: startSeconds }));
  return interleave(rounds, Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, start(name, spec)])));
}

async function measureRates(
  clone: ServingClone,
  scorer: Scorer,
  specs: Readonly<Record<string, ServerSpec>>,
  quick: boolean,
  tell: Parameters<Section>[1],
): Promise<void> {
  const ours: Record<string, Target> = {
    scorestack: { scoring: clone.scoring(scorer, scorer), groups: clone.groups(scorer) },
    [flask]: { scoring: clone.scoring(`${scorer}-flask`, scorer), groups: clone.groups(`${scorer}-flask`) },
  };
  Object.values(ours).forEach(({ groups }) => {
    pin(groups);
  });
  const others = Object.entries(specs).filter(([name]) => !(name in ours));
  await withServers(others, async (servers) => {
    const targets = { ...ours, ...servers };
    for (const connections of [8, 1]) {
      const samples = await using(
        Generator.start(),
        (generator) => generator.stop(),
        (generator) => inTurns(generator, targets, connections, quick),
      );
      tell(compare(`${scorer}, ${connections} ${connections === 1 ? "connection" : "connections"}`, measures, samples));
    }
  });
}

async function inTurns(
  generator: Generator,
  targets: Readonly<Record<string, Target>>,
  connections: number,
  quick: boolean,
): Promise<Record<string, Sample[]>> {
  const [rounds, milliseconds, warmUpMs] = quick ? [1, 500, 200] : [5, 2000, 500];
  const turn =
    ({ scoring: asked, groups }: Target) =>
    async (): Promise<Sample> => {
      await generator.send({ ...asked, connections, milliseconds: warmUpMs });
      const before = usageOf(groups);
      const result = await generator.send({ ...asked, connections, milliseconds });
      const after = usageOf(groups);
      return {
        "requests/s": result.answered / result.seconds,
        p50: result.p50Ms,
        p99: result.p99Ms,
        "CPU per request": (((after?.cpuSeconds ?? NaN) - (before?.cpuSeconds ?? NaN)) / result.answered) * 1e6,
        memory: (after?.bytes ?? NaN) / 2 ** 20,
        failures: result.failures,
        "generator busy": result.busy,
      };
    };
  return interleave(rounds, Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, turn(target)])));
}

async function withServers(
  specs: readonly (readonly [name: string, spec: ServerSpec])[],
  work: (targets: Readonly<Record<string, Target>>) => Promise<void>,
): Promise<void> {
  const [next, ...rest] = specs;
  if (!next) {
    return work({});
  }
  const [name, spec] = next;
  await withServer(spec, onCore(serverCore), logOf(name), ({ scoring: asked, group }) =>
    withServers(rest, (targets) => work({ [name]: { scoring: asked, groups: [group] }, ...targets })),
  );
}

/** Onto the servers' core, with all their threads; what they start later inherits it. */
function pin(groups: readonly number[]): void {
  for (const { pid } of canPin() ? processesOf(groups) : []) {
    execFileSync("taskset", ["-a", "-c", "-p", String(serverCore), String(pid)], { stdio: "ignore" });
  }
}

function logOf(name: string): string {
  const folder = path.join(home, "log");
  fs.mkdirSync(folder, { recursive: true });
  return path.join(folder, `${name.replaceAll(/[^A-Za-z]+/g, "-")}.log`);
}
