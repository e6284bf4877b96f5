import * as os from "node:os";
import { byCodeUnits } from "../../components/internal/canonical-json";
import { Diagnostics } from "../output/diagnostics";
import { nameOf } from "../output/changes";
import type { Finding } from "./model";
import type { Said } from "./record";
import type { SeenUnit } from "./units";

const longest = 2000;

/**
 * What the program, the engine and policies said, errors first, each once. Places of this machine are cut off.
 *
 * @param refusal what kept the preview from running, where that is no event
 */
export function findingsOf(
  said: readonly Said[],
  unitOf: (urn: string) => SeenUnit | undefined,
  root: string,
  refusal?: string,
): Finding[] {
  const diagnostics = new Diagnostics();
  for (const { urn, message } of said.filter(({ severity, source }) => severity === "error" && source === "program")) {
    diagnostics.add({ urn, message, color: "never", severity: "error" });
  }
  const titles = new Map(
    said.flatMap(({ urn }) => (urn === undefined ? [] : [[nameOf(urn), unitOf(urn)?.title ?? null] as const])),
  );
  const errors = diagnostics.problems.flatMap(({ resource, message }) =>
    eachProblem(message).map((text) => finding("error", titles.get(resource ?? "") ?? null, text)),
  );
  if (errors.length === 0 && refusal !== undefined) {
    errors.push(...eachProblem(refusal).map((text) => finding("error", null, text)));
  }
  const others = said
    .filter(({ severity, source }) => severity === "warning" || source === "policy")
    .map(({ severity, source, urn, message }) => ({
      ...finding(severity, (urn === undefined ? undefined : unitOf(urn)?.title) ?? null, message),
      source,
    }));
  const all = [...errors, ...others].map((one) => ({ ...one, message: placeless(one.message, root) }));
  const once = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...once.values()].sort(inOrder);
}

function finding(severity: Finding["severity"], unit: string | null, message: string): Finding {
  return { severity, source: "program", unit, message: message.trim() };
}

/** The program tells one problem a line; other messages belong together, such as a traceback. */
function eachProblem(message: string): string[] {
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  const isList = lines.every((line) => /^\S*\s?'[^']+' must |^\S+: '[^']+' must /.test(line));
  return isList ? lines : [message];
}

function placeless(message: string, root: string): string {
  const home = os.homedir();
  const text = message.replaceAll(`${root}/`, "").replaceAll(root, ".");
  const short = home.length > 1 ? text.replaceAll(`${home}/`, "~/") : text;
  return short.length <= longest ? short : `${short.slice(0, longest)}…`;
}

function inOrder(a: Finding, b: Finding): number {
  return (
    byCodeUnits(a.severity, b.severity) || byCodeUnits(a.unit ?? "", b.unit ?? "") || byCodeUnits(a.message, b.message)
  );
}
