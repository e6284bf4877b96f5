import { byCodeUnits } from "../../components/internal/canonical-json";
import type { Recorded } from "./record";
import { placeholderMark } from "./settings";
import { secretSignature, signatureKey, unknown } from "../../provider/rpc/marks";

/** An object to be applied. */
export interface Manifest {
  /** Name of the resource that the stack would make of it: it stays when the object's own name changes. */
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** What a program's registrations come to. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  /** Secrets whose values are placeholders: `namespace/name`. */
  readonly placeholders: readonly string[];
  /** What the stack makes in a cluster that is no object, such as a chart of Helm. */
  readonly leftOut: readonly string[];
  /** What can't be written, one problem a line. */
  readonly problems: readonly string[];
}

const remedy = "'render' makes nothing: name it in the stack's settings (images by digest), or use npm run up";
const firstKeys = ["apiVersion", "kind", "metadata"];

/** The Kubernetes objects among what a program registered. No secret is among them, and nothing that is not known. */
export function manifestsOf(recorded: readonly Recorded[]): Manifests {
  const ours = recorded.filter(({ type }) => type.startsWith("kubernetes:"));
  const objects = ours.filter(({ inputs }) => "apiVersion" in inputs && "kind" in inputs);
  const leftOut = ours.filter((one) => !objects.includes(one)).map(({ type, name }) => `${type} ${name}`);
  const secretNames = new Set(objects.filter(isSecret).map(({ inputs }) => nameOf(inputs)));
  const problems: string[] = [];
  const manifests = objects.map(({ name, inputs }) => {
    const reader = new Reader(`${text(inputs["kind"])} ${nameOf(inputs) ?? name}`, secretNames, problems);
    if (!hasName(inputs)) {
      reader.problem("metadata.name", "must be given, for Pulumi makes one up when it makes the object");
    }
    const object = inputs["kind"] === "Secret" ? withPlaceholders(inputs, reader) : reader.read(inputs, "");
    return { name, object: sorted(withoutNotes(object as Record<string, unknown>)) as Record<string, unknown> };
  });
  const placeholders = objects.filter(isSecret).map(({ inputs }) => nameOf(inputs) ?? "");
  return { manifests, placeholders: placeholders.sort(byCodeUnits), leftOut, problems };
}

/** Reads an object's values, and notes which can't be written. */
class Reader {
  constructor(
    private readonly object: string,
    private readonly secretNames: ReadonlySet<string | undefined>,
    private readonly problems: string[],
  ) {}

  read(value: unknown, at: string): unknown {
    if (value === unknown) {
      this.problem(
        at,
        "must be known without making the stack, got a value that another resource has when it is made; " + remedy,
      );
      return undefined;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => this.read(item, `${at}[${index}]`));
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    const open = secretValue(value);
    if (open !== undefined) {
      return this.secret(open.value, at);
    }
    const entries = Object.entries(value).map(([key, item]) => [key, this.read(item, at ? `${at}.${key}` : key)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined)) as Record<string, unknown>;
  }

  /** The name of a Secret follows from what it holds, and is no secret where that is a placeholder. */
  private secret(value: unknown, at: string): unknown {
    if (typeof value === "string" && (this.secretNames.has(value) || value === unknown)) {
      return this.read(value, at);
    }
    this.problem(at, "must not be secret, for it would stand in a file; keep it in a Secret of the cluster");
    return undefined;
  }

  problem(at: string, rule: string): void {
    this.problems.push(`${this.object}: '${at}' ${rule}`);
  }
}

/** A Secret with placeholders for its values; it can be changed, so that the values can be filled in. */
function withPlaceholders(inputs: Readonly<Record<string, unknown>>, reader: Reader): Record<string, unknown> {
  const { data, stringData, immutable: _immutable, ...rest } = inputs;
  const keys = [data, stringData].flatMap((values) => {
    const open = secretValue(values)?.value ?? values ?? {};
    if (open === unknown) {
      reader.problem("data", `must have keys that are known without making the stack; ${remedy}`);
    }
    return typeof open === "object" ? Object.keys(open) : [];
  });
  const filled = keys.sort(byCodeUnits).map((key) => [key, `${placeholderMark}:${key}`]);
  return { ...(reader.read(rest, "") as object), stringData: Object.fromEntries(filled) as Record<string, string> };
}

/** What Pulumi alone reads: how long to wait, and for what. */
function withoutNotes({ metadata, ...object }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { annotations, ...rest } = (metadata ?? {}) as { readonly annotations?: Readonly<Record<string, unknown>> };
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  return { ...object, metadata: { ...rest, ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}) } };
}

function isSecret({ inputs }: Recorded): boolean {
  return inputs["kind"] === "Secret";
}

function nameOf({ metadata }: Readonly<Record<string, unknown>>): string | undefined {
  const { name } = (secretValue(metadata)?.value ?? metadata ?? {}) as { name?: unknown };
  const open = secretValue(name)?.value ?? name;
  return typeof open === "string" && open !== unknown ? open : undefined;
}

function hasName({ metadata }: Readonly<Record<string, unknown>>): boolean {
  const open = secretValue(metadata)?.value ?? metadata;
  return typeof open === "object" && open !== null && "name" in open;
}

function secretValue(value: unknown): { readonly value: unknown } | undefined {
  const isEnvelope =
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[signatureKey] === secretSignature;
  return isEnvelope ? { value: (value as Record<string, unknown>)["value"] } : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "object";
}

/** What says which object it is comes first, all else by name, so that a file changes by what changed. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const rank = (key: string): number => (firstKeys.includes(key) ? firstKeys.indexOf(key) : firstKeys.length);
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || byCodeUnits(a, b));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
