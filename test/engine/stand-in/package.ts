import type { CheckFailure } from "../../../provider/rpc/handler";
import type { Changes } from "../../../provider/rpc/diff";
import type { Values } from "../../../provider/rpc/values";

/** A resource that a call is about. Secrets are open in its values. */
export interface Subject {
  readonly urn: string;
  /** Type token, such as `azure-native:resources:ResourceGroup`. */
  readonly token: string;
  /** Last part of the URN. */
  readonly name: string;
}

export interface CheckCall extends Subject {
  readonly inputs: Values;
  /** Inputs as they were; empty for a new resource. */
  readonly olds: Values;
  /** From the engine, the same for the same plan: what generated names are made of. */
  readonly seed: Uint8Array;
}

export interface ChangeCall extends Subject {
  readonly inputs: Values;
  readonly secretPaths: ReadonlySet<string>;
  /** Undefined at creation. */
  readonly old?: { readonly id: string; readonly inputs: Values; readonly outputs: Values };
  /** Tells the user, beside the resource. */
  readonly say: (message: string) => void;
  /** Keeps in the call log that a command line was answered. */
  readonly ran: (line: string) => void;
}

export interface DeleteCall extends Subject {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  readonly ran: (line: string) => void;
}

export interface Compared {
  readonly changes: Changes;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** What came of a change. */
export interface Made {
  readonly id: string;
  readonly outputs: Values;
  /** Paths of outputs that are secret beyond those that the inputs have. */
  readonly secrets?: readonly string[];
}

export interface Seen {
  readonly inputs: Values;
  readonly outputs: Values;
}

/** A Pulumi package as the stand-in serves it. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Settings of the provider, such as `location`. */
  configure(settings: Values): void;
  check(call: CheckCall): { readonly inputs: Values; readonly failures: readonly CheckFailure[] };
  compare(subject: Subject, olds: Seen, inputs: Values): Compared;
  /** Outputs before the update; `unknown` for what only the update will tell. */
  preview(call: ChangeCall): Values;
  create(call: ChangeCall): Made;
  update(call: ChangeCall): Made;
  /** The resource as it stands; undefined when it is gone. */
  read(subject: Subject, id: string, olds: Seen): Seen | undefined;
  delete(call: DeleteCall): void;
  invoke(token: string, args: Values): Values;
}

/** What the cloud says no with. */
export class Refusal extends Error {}
