import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { numbered } from "../../provider/store/files";
import { ask, type Heard, versionOf } from "./client";
import { type Content, imageKey, replyOf } from "./content";
import { statusOf } from "./instants";
import { filesIn, leftovers } from "./leftovers";
import type { Step } from "./plan";
import { isServer, isSupervisor } from "./processes";
import type { Struck } from "./strike";
import { noneLost, sorted } from "./requests";
import { wholeSettings } from "./settings";
import type { World } from "./world";

/** What is known of a step when it is over. */
export interface Outcome {
  readonly step: Step;
  readonly struck: Struck;
  /** What sources and settings say now. */
  readonly content: Content;
  /** Whether the stack has its service now. */
  readonly isUp: boolean;
  readonly heard?: Heard;
  /** Everything that the step's commands have printed. */
  readonly said: readonly string[];
}

type Invariant = (world: World, outcome: Outcome) => string[] | Promise<string[]>;

/** docs/reliability.md lists them. */
export const invariants: Readonly<Record<string, Invariant>> = {
  "commands end": noneHangs,
  "one supervisor and one server": oneServer,
  "same port, same keys": sameAddress,
  "the deployed content answers": rightAnswer,
  "no request is lost": noneLost,
  "releases have answered": releasesHaveAnswered,
  "versions stay": (world) => world.versions.problems(),
  "nothing is left": (world) => leftovers(world),
  "settings are whole": wholeSettings,
  "secrets stay secret": secretsStay,
  "messages are plain": plainMessages,
};

function noneHangs(_: World, { said }: Outcome): string[] {
  return said.flatMap((text) => /\n(.+ hangs: .+)/.exec(text)?.[1] ?? []);
}

const settleMs = 10_000;

/** Processes may take a moment to end: an old server drains, a provider looks for its engine once a second. */
async function oneServer({ sandbox }: World, { isUp }: Outcome): Promise<string[]> {
  const end = performance.now() + settleMs;
  for (;;) {
    const problems = processProblems(sandbox, isUp);
    if (problems.length === 0 || performance.now() > end) {
      return problems;
    }
    await sleep(100);
  }
}

function processProblems(sandbox: World["sandbox"], isUp: boolean): string[] {
  const seen = sandbox.processes.look();
  const status = statusOf(sandbox);
  const supervisors = seen.filter(isSupervisor);
  const servers = seen.filter((process) => isServer(process) && process.session === process.pid);
  const strangers = seen.filter(
    ({ pid, session }) => !isUp || (pid !== status?.pid && session !== status?.server?.pid),
  );
  return [
    ...(supervisors.length === Number(isUp) ? [] : [`${supervisors.length} supervisors`]),
    ...(servers.length === Number(isUp) ? [] : [`${servers.length} servers`]),
    ...strangers.map(({ pid, args }) => `process ${pid} goes on: ${args.join(" ").slice(0, 200)}`),
  ];
}

async function sameAddress(world: World, { isUp, step }: Outcome): Promise<string[]> {
  if (!isUp) {
    world.keys = undefined;
    return [];
  }
  const port = world.resource("service")?.outputs?.port as number;
  world.port ??= port;
  const { keys: before } = world;
  const rotates = step.commands.flatMap(({ args }) =>
    args[0] !== "rotate-key" ? [] : args.includes("--secondary") ? ["secondaryKey" as const] : ["primaryKey" as const],
  );
  const mayGo = before === undefined || step.commands.some(({ args }) => args[0] === "down");
  if (mayGo || rotates.length > 0) {
    await world.learnKeys();
  }
  const keys = world.keys ?? { primaryKey: "", secondaryKey: "" };
  const moved = (["primaryKey", "secondaryKey"] as const).filter(
    (name) => !mayGo && !rotates.includes(name) && keys[name] !== before[name],
  );
  const told = JSON.parse(fs.readFileSync(world.sandbox.service("keys.json"), "utf8")) as string[];
  const expected = [keys.primaryKey, keys.secondaryKey].map((key) => createHash("sha256").update(key).digest("hex"));
  return [
    ...(port === world.port ? [] : [`port ${world.port} has become ${port}`]),
    ...moved.map((name) => `${name} has changed`),
    ...(isDeepStrictEqual(told, expected) ? [] : ["keys.json is not of the keys that the service has"]),
  ];
}

async function rightAnswer(world: World, { content, isUp }: Outcome): Promise<string[]> {
  if (!isUp) {
    return [];
  }
  const { sandbox, port = 0, keys } = world;
  const built = world.resource("image")?.inputs?.identity as string;
  const service = world.resource("service");
  const pin = world.pinIn(world.readSettings());
  const wanted = pin ?? built;
  world.learnContents();
  world.contents.set(built, content);
  const before = world.identities.get(imageKey(content)) ?? built;
  world.identities.set(imageKey(content), built);
  const expected = world.contents.get(wanted);
  const version = await versionOf(port);
  const replies = await Promise.all(Object.values(keys ?? {}).map((key: string) => ask(port, key)));
  const refused = await ask(port, "not a key");
  const right = JSON.stringify(sorted(expected ? replyOf(expected, sandbox.proof) : {}));
  const wrong = replies.filter(({ status, body }) => status !== 200 || JSON.stringify(sorted(body)) !== right);
  const { revision, imageIdentity } = service?.outputs ?? {};
  return [
    ...(before === built ? [] : [`${imageKey(content)} was image ${before} and is ${built} now`]),
    ...(version.imageIdentity === wanted
      ? []
      : [`/version says image ${version.imageIdentity}, deployed is ${wanted}`]),
    ...(imageIdentity === wanted ? [] : [`the state says image ${String(imageIdentity)}, wanted is ${wanted}`]),
    ...(version.revision === revision
      ? []
      : [`/version says revision ${version.revision}, the state ${String(revision)}`]),
    ...wrong.map(({ status, body }) => `/score answers ${status} ${body}, deployed is ${right}`),
    ...(refused.status === 401 ? [] : [`a wrong key is answered with ${refused.status}`]),
  ];
}

/** A release is for going back to: one that has never answered is none. */
function releasesHaveAnswered({ sandbox }: World, { isUp }: Outcome): string[] {
  const log = isUp ? fs.readFileSync(sandbox.service("log/service.log"), "utf8") : "";
  const answered = new Set([...log.matchAll(/revision (\d+) answers/g)].map(([, revision]) => Number(revision)));
  const kept = numbered(sandbox.service("revisions"));
  return kept.filter((revision) => !answered.has(revision)).map((revision) => `revision ${revision} is kept`);
}

function secretsStay(world: World, { said }: Outcome): string[] {
  const { sandbox, keys } = world;
  const secrets = [sandbox.canary, ...(keys ? [keys.primaryKey, keys.secondaryKey] : [])];
  const holds = (text: string | Buffer): boolean => secrets.some((secret) => text.includes(secret));
  const home = sandbox.path(".scorestack");
  const files = [
    ...filesIn(home).map((name) => path.join(home, name)),
    ...filesIn(sandbox.temporary).map((name) => path.join(sandbox.temporary, name)),
    sandbox.settingsFile,
  ];
  const open = files.filter(
    (file) => fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() && holds(fs.readFileSync(file)),
  );
  const listed = sandbox.processes.look().filter(({ args }) => holds(args.join(" ")));
  return [
    ...open.map((file) => `${file} holds a secret`),
    ...listed.map(({ pid }) => `the arguments of process ${pid} hold a secret`),
    ...(said.some(holds) ? ["a command has printed a secret"] : []),
  ];
}

function plainMessages(_: World, { said }: Outcome): string[] {
  const traces = said.flatMap((text) => /\n +at [^\n]+:\d+:\d+\)?/.exec(text)?.[0].trim() ?? []);
  return traces.slice(0, 1).map((line) => `a command has printed a stack trace: ${line}`);
}
