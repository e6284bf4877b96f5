/** Why a resource moves: the engine's property paths in the words of the project. */

type Json = Readonly<Record<string, unknown>>;

/** A step of the engine, as far as it tells why. */
export interface Step {
  readonly type: string;
  readonly oldInputs: Json;
  readonly newInputs: Json;
  /** Property path → `add`, `delete`, `update`, or one of these with `-replace`. */
  readonly changes: Readonly<Record<string, string>>;
}

interface Reason {
  readonly text: string;
  /** Follows from other changes, so that it is told only where nothing else is. */
  readonly derived?: boolean;
}

const longest = 40;

/** One short phrase for each thing that changed, such as `scorers/wine/score.py changed`; sorted as the engine gave them. */
export function reasonsOf(step: Step): string[] {
  const reasons = Object.entries(step.changes).map(([path, kind]) => reasonOf(step, path, verb(kind)));
  const told = reasons.some(({ derived }) => !derived) ? reasons.filter(({ derived }) => !derived) : reasons;
  return [...new Set(told.map(({ text }) => text))];
}

function reasonOf(step: Step, path: string, happened: string): Reason {
  const keys = pathKeys(path);
  const at = (depth: number): unknown =>
    lookUp(step.newInputs, keys.slice(0, depth)) ?? lookUp(step.oldInputs, keys.slice(0, depth));
  switch (step.type.startsWith("scorestack:local:") ? keys[0] : undefined) {
    case "files":
      return { text: `${textOf(at(2), "source") ?? keys[1] ?? path} ${keys.length > 2 ? "changed" : happened}` };
    case "digest":
      return { text: `${textOf(step.newInputs, "source") ?? "content"} changed` };
    case "environment":
      return { text: "Python environment changed" };
    case "models":
      return { text: `model ${textOf(at(2), "modelName") ?? path} ${keys.length > 2 ? "changed" : happened}` };
    // The provider reports these outputs when what they stand for is gone.
    case "revision":
      return { text: "it does not answer" };
    case "imageId":
    case "version":
      return { text: "missing from the store" };
    case "keyRotation":
      return { text: `${keys[1] ?? Object.keys(at(1) ?? {}).join(" and ")} key made anew` };
    case "imageIdentity":
      return { text: "image changed" };
    case "identity":
    case "dockerfile":
      return { text: `${path} changed`, derived: true };
    default:
      return { text: plainReason(step, path, keys, happened) };
  }
}

function plainReason(step: Step, path: string, keys: readonly string[], happened: string): string {
  const [old, next] = [show(lookUp(step.oldInputs, keys)), show(lookUp(step.newInputs, keys))];
  return happened === "changed" && old !== undefined && next !== undefined && old !== next
    ? `${path}: ${old} → ${next}`
    : `${path} ${happened}`;
}

function verb(kind: string): string {
  return kind.startsWith("add") ? "added" : kind.startsWith("delete") ? "removed" : "changed";
}

/** Members of a property path: `files["app/a.py"].sha256` → `files`, `app/a.py`, `sha256`. */
export function pathKeys(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => (quoted === undefined ? undefined : unquote(quoted)) ?? index ?? name ?? "",
  );
}

function unquote(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}

function lookUp(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Json)[key] : undefined),
    value,
  );
}

function textOf(value: unknown, key: string): string | undefined {
  const found = lookUp(value, [key]);
  return typeof found === "string" ? found : undefined;
}

/** A value that is short enough to be shown; undefined for others, and for what the engine holds back. */
function show(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    return undefined;
  }
  const text = JSON.stringify(value);
  return text.length <= longest && !text.includes("[secret]") ? text : undefined;
}
