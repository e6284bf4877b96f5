import type { Edit } from "./content";

/** What is killed. `candidate` is the server that is to take over; `run` is the command, its engine and its provider. */
export type Victim =
  | "command"
  | "other command"
  | "engine"
  | "provider"
  | "uv"
  | "run"
  | "supervisor"
  | "server"
  | "worker"
  | "candidate"
  | "everything";

/** What can be waited for, to kill just then. */
export type Phase =
  | "lock taken"
  | "state written"
  | "store changing"
  | "environment being made"
  | "service told"
  | "candidate starting"
  | "handed over"
  | "settings written";

export type Instant = { readonly afterMs: number } | { readonly phase: Phase; readonly plusMs: number };

interface OperationDescription {
  readonly commands: readonly (readonly string[])[];
  readonly edits?: Edit;
  /** How long it takes where nothing else runs, in ms. */
  readonly usualMs: number;
  readonly phases: readonly Phase[];
  readonly victims: Readonly<Partial<Record<Victim, number>>>;
  /** Whether its own repetition is a way to go on. */
  readonly repeats?: boolean;
}

const up = [["up"]];
const updating: OperationDescription["victims"] = {
  command: 4,
  engine: 4,
  provider: 4,
  run: 3,
  supervisor: 2,
  server: 2,
  worker: 1,
  candidate: 2,
  everything: 1,
};
const withoutServer = { command: 4, engine: 4, provider: 4, run: 3 };
const whileUpdating: readonly Phase[] = [
  "lock taken",
  "state written",
  "service told",
  "candidate starting",
  "handed over",
];
const beside: OperationDescription["victims"] = { ...withoutServer, "other command": 3 };

const table = {
  "first up": { commands: up, usualMs: 3500, phases: [...whileUpdating, "store changing"], victims: updating },
  "edit script": {
    commands: up,
    edits: "script",
    usualMs: 2400,
    phases: [...whileUpdating, "store changing"],
    victims: updating,
  },
  "edit model": {
    commands: up,
    edits: "model",
    usualMs: 2600,
    phases: [...whileUpdating, "store changing"],
    victims: updating,
  },
  "edit conda": {
    commands: up,
    edits: "conda",
    usualMs: 6000,
    phases: [...whileUpdating, "environment being made", "environment being made"],
    victims: { ...updating, uv: 8 },
  },
  "edit tags": {
    commands: up,
    edits: "tags",
    usualMs: 1800,
    phases: ["lock taken", "state written"],
    victims: updating,
  },
  "edit workers": { commands: up, edits: "workers", usualMs: 3000, phases: whileUpdating, victims: updating },
  rollback: {
    commands: [["rollback", "sum"]],
    usualMs: 3000,
    phases: [...whileUpdating, "settings written"],
    victims: updating,
  },
  "rollback --undo": {
    commands: [["rollback", "sum", "--undo"]],
    usualMs: 3200,
    phases: [...whileUpdating, "settings written"],
    victims: updating,
  },
  "rotate-key": {
    commands: [["rotate-key", "sum"]],
    usualMs: 2200,
    phases: ["lock taken", "state written", "settings written"],
    victims: { ...withoutServer, supervisor: 1, server: 1, worker: 1 },
  },
  down: {
    commands: [["down"]],
    usualMs: 1500,
    phases: ["lock taken", "state written"],
    victims: { ...withoutServer, supervisor: 1, server: 1, everything: 1 },
    repeats: true,
  },
  // A service that does not run is taken out of the state by it, with its keys: docs/reliability.md says so.
  refresh: {
    commands: [["refresh"]],
    usualMs: 1200,
    phases: ["lock taken", "state written"],
    victims: { ...withoutServer, worker: 1 },
    repeats: true,
  },
  prune: {
    commands: [["prune", "--keep", "0"]],
    usualMs: 350,
    phases: ["store changing"],
    victims: { command: 1 },
    repeats: true,
  },
  "up beside up": {
    commands: [["up"], ["up"]],
    edits: "script",
    usualMs: 3000,
    phases: whileUpdating,
    victims: beside,
  },
  "up beside refresh": {
    commands: [["up"], ["refresh"]],
    edits: "model",
    usualMs: 3000,
    phases: whileUpdating,
    victims: beside,
  },
  "up beside down": {
    commands: [["up"], ["down"]],
    edits: "script",
    usualMs: 3000,
    phases: whileUpdating,
    victims: beside,
  },
  "up beside rotate-key": {
    commands: [["up"], ["rotate-key", "sum"]],
    edits: "script",
    usualMs: 3500,
    phases: whileUpdating,
    victims: beside,
  },
  "up beside prune": {
    commands: [["up"], ["prune", "--keep", "0"]],
    edits: "model",
    usualMs: 3000,
    phases: whileUpdating,
    victims: beside,
  },
} as const satisfies Record<string, OperationDescription>;

export type Operation = keyof typeof table;

export const operations: Readonly<Record<Operation, OperationDescription>> = table;

/** Phases in which a victim can be there. */
export function phasesOf(operation: Operation, victim: Victim): readonly Phase[] {
  const { phases } = operations[operation];
  switch (victim) {
    case "uv":
      return ["lock taken", "environment being made"];
    case "candidate":
      return ["service told", "candidate starting"];
    default:
      return phases;
  }
}
