import type { Changes } from "./diff";
import type { Values } from "./values";

/** One problem with an input: `property` names it, `reason` says rule, value and remedy. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface Difference {
  readonly changes: Changes;
  /** Property paths whose change needs a new resource. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

/** Paths of the inputs that are secret, as they were and as they are to be. */
export interface Secrecy {
  readonly olds: ReadonlySet<string>;
  readonly news: ReadonlySet<string>;
}

/** Where a handler's messages go, and how it learns that the user wants to stop. */
export interface Context {
  readonly name: string;
  /** Kept in the engine's log. */
  info(message: string): void;
  warn(message: string): void;
  /** Shown while it lasts: stage and elapsed time. */
  progress(message: string): void;
  readonly cancelled: AbortSignal;
  /** Paths of the inputs that are secret: `primaryKey`, `environmentVariables.TOKEN`. */
  readonly secretPaths: ReadonlySet<string>;
}

/**
 * A resource of the provider: typed inputs in, typed outputs out. Secrets arrive open; `secrets` names the outputs that are always
 * secret. In previews `create` and `update` change nothing and give `unknown` for what only the update will tell.
 */
export interface Handler<Inputs extends object, Outputs extends Inputs> {
  readonly token: string;
  readonly secrets: readonly string[];
  check(inputs: Values): CheckFailure[];
  diff(olds: Outputs, oldInputs: Inputs, news: Inputs, secrecy: Secrecy): Promise<Difference>;
  preview(news: Inputs, olds: Outputs | undefined, context: Context): Promise<object>;
  create(news: Inputs, context: Context): Promise<{ id: string; outputs: Outputs }>;
  update(olds: Outputs, news: Inputs, context: Context): Promise<Outputs>;
  /** The resource as it stands; undefined when it is gone. */
  read(id: string, olds: Outputs): Promise<Outputs | undefined>;
  delete(olds: Outputs, context: Context): Promise<void>;
}

/** A failure whose message is for the user as it stands. */
export class UserError extends Error {}
