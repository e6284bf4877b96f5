import * as pulumi from "@pulumi/pulumi";
import { oneOf, type Rule } from "../../components/internal/problems";
import { type KubernetesSettings, type ProdSettings, readKubernetesSettings, readProdSettings } from "./clusters";
import { type BatchSettings, readBatchSettings } from "./batch";
import { type DevSettings, readDevSettings } from "./dev";
import { type EdgeSettings, readEdgeSettings } from "./edge";
import { type FpgaSettings, readFpgaSettings } from "./fpga";
import { type LocalSettings, readLocalSettings } from "./local";
import { SettingsReader } from "./reader";

const readers = {
  local: readLocalSettings,
  dev: readDevSettings,
  prod: readProdSettings,
  kubernetes: readKubernetesSettings,
  batch: readBatchSettings,
  edge: readEdgeSettings,
  fpga: readFpgaSettings,
} as const;

/** A stack function's name. */
export type StackKind = keyof typeof readers;
/** Stack functions. */
export const stackKinds = Object.keys(readers) as readonly StackKind[];

/** What the stack's configuration says. */
export type Settings =
  LocalSettings | DevSettings | ProdSettings | KubernetesSettings | BatchSettings | EdgeSettings | FpgaSettings;

/** What the command line alone asks of the program; the engine is then told to touch nothing else. */
export interface ProgramOptions {
  readonly only?: OnlyService;
  readonly measured?: MeasuredScorer;
}

/** A scorer as a service of another name, with the options of the scorer's own but for port and keys; nothing else is made. */
export interface MeasuredScorer {
  readonly name: string;
  readonly scorer: string;
}

/** One service, with an image that is built: no scorer is read, so that a fault in one does not matter. */
export interface OnlyService {
  readonly name: string;
  readonly imageIdentity: string;
}

/**
 * Reads the stack's configuration; only this folder does.
 *
 * @throws pulumi.RunError if no stack function is of the stack's kind. What else is wrong is in the settings' `problems`.
 */
export function readSettings(): Settings {
  const reader = new SettingsReader();
  const kind = reader.text("kind") ?? pulumi.getStack().split("-", 1)[0] ?? "";
  reader.problems.plain("kind", kind, {
    ...(oneOf(stackKinds) as Rule<string>),
    remedy: () => "without it the stack's name says so, up to its first dash",
  });
  reader.problems.throwIfAny();
  return readers[kind as StackKind](reader);
}
