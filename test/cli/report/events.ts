import type { EngineEvent } from "@pulumi/pulumi/automation";
import { makeReport, type Previewed } from "../../../cli/report/make";
import type { Report } from "../../../cli/report/model";
import type { Sources } from "../../../cli/report/sources";
import type { StateResource } from "../../../cli/state";
import { secretSignature, signatureKey, unknown } from "../../../provider/rpc/marks";

export { unknown };
export const held = { [signatureKey]: secretSignature, ciphertext: "[secret]" };

type Json = Readonly<Record<string, unknown>>;

/** A step of the engine, as short as a test wants it. */
export interface Step {
  /** Name of the component that it belongs to, with its type: `ModelImage wine`; none for a component, or a resource on its own. */
  readonly of?: string;
  readonly type: string;
  readonly name: string;
  /** @default "update" */
  readonly op?: string;
  readonly old?: Json;
  readonly next?: Json;
  readonly oldOutputs?: Json;
  readonly outputs?: Json;
  /** Property path → kind of change. */
  readonly diff?: Readonly<Record<string, string>>;
  /** Names of resources, as {@link urnOf} makes them, by property. */
  readonly from?: Readonly<Record<string, readonly string[]>>;
}

const start = "urn:pulumi:test::scorestack::";

export function urnOf({ of, type, name }: Pick<Step, "of" | "type" | "name">): string {
  return of === undefined ? `${start}${type}::${name}` : `${start}${holderType(of)}$${type}::${name}`;
}

function holderType(of: string): string {
  return `scorestack:index:${of.split(" ")[0] ?? ""}`;
}

function holderUrn(of: string): string {
  return `${start}${holderType(of)}::${of.split(" ")[1] ?? ""}`;
}

/** What the engine would send for the steps. */
export function eventsOf(steps: readonly Step[]): EngineEvent[] {
  return steps.flatMap((step) => {
    const urn = urnOf(step);
    const custom = !step.type.startsWith("scorestack:index:");
    const parent = step.of === undefined ? "" : holderUrn(step.of);
    const state = (inputs: Json | undefined, outputs: Json | undefined) =>
      inputs && { type: step.type, urn, custom, parent, id: "", provider: "", inputs, outputs: outputs ?? {} };
    const op = step.op ?? "update";
    const metadata = {
      op,
      urn,
      type: step.type,
      provider: "",
      old: state(op === "create" ? undefined : (step.old ?? {}), step.oldOutputs),
      new: state(op.startsWith("delete") ? undefined : (step.next ?? step.old ?? {}), step.outputs),
      detailedDiff: Object.fromEntries(
        Object.entries(step.diff ?? {}).map(([path, diffKind]) => [path, { diffKind, inputDiff: true }]),
      ),
    };
    return [event({ resourcePreEvent: { metadata } }), event({ resOutputsEvent: { metadata } })];
  });
}

export function said(severity: string, message: string, urn?: string): EngineEvent {
  return event({ diagnosticEvent: { severity, message, urn, color: "never" } });
}

function event(content: object): EngineEvent {
  return { sequence: 0, timestamp: 0, ...content };
}

export const noSources: Sources = { context: () => undefined, sizeOf: () => undefined };

/** The report of steps. */
export function reportOf(steps: readonly Step[], more: Partial<Previewed> = {}, sources: Sources = noSources): Report {
  const state: StateResource[] = steps.map((step) => ({
    urn: urnOf(step),
    type: step.type,
    parent: step.of === undefined ? undefined : holderUrn(step.of),
    propertyDependencies: step.from,
  }));
  const events = [...eventsOf(steps), ...(more.events ?? [])];
  return makeReport({ stack: "test", root: "/home/me/clone", rehearsal: false, state, ...more, events }, sources);
}

const [one, two] = ["1".repeat(64), "2".repeat(64)];

/** An image of the local workspace whose files changed, and a service of it. */
export function editedImage(name: string, files: readonly string[] = ["score.py"]): Step[] {
  const parts = (letter: string): Json =>
    Object.fromEntries(
      files.map((file) => [`app/${file}`, { source: `scorers/${name}/${file}`, sha256: letter.repeat(64) }]),
    );
  const image = { of: `ModelImage ${name}`, type: "scorestack:local:Image", name };
  const service = { of: `LocalService ${name}`, type: "scorestack:local:Service", name };
  const uri = { scoringUri: `http://127.0.0.1:5001/${name}` };
  return [
    { type: "scorestack:index:ModelImage", name, op: "same" },
    {
      ...image,
      old: { imageName: name, identity: one, files: parts("a") },
      next: { imageName: name, identity: two, files: parts("b") },
      diff: {
        identity: "update",
        ...Object.fromEntries(files.map((file) => [`files[${JSON.stringify(`app/${file}`)}].sha256`, "update"])),
      },
    },
    { type: "scorestack:index:LocalService", name, op: "same", oldOutputs: uri, outputs: uri },
    {
      ...service,
      old: { imageIdentity: one },
      next: { imageIdentity: two },
      diff: { imageIdentity: "update" },
      from: { imageIdentity: [urnOf(image)] },
    },
  ];
}

const group = "azure-native:containerinstance:ContainerGroup";

/** A container group with a size, which can't change in place. */
export function containerGroup(cpu: number): Json {
  return { containers: [{ resources: { requests: { cpu, memoryInGB: 1.5 } } }] };
}

/** A container group that gets another size: deleted first. */
export function resizedGroup(name: string): Step[] {
  const of = `AciService ${name}`;
  const part = { of, type: group, name, old: containerGroup(1), next: containerGroup(2) };
  const diff = { "containers[0].resources.requests.cpu": "update-replace" };
  const fixed = (cpuCores: string): Json => ({ serviceName: name, typicalTime: "1 to 5 minutes", fixed: { cpuCores } });
  const uri = { scoringUri: `http://${name}.test:5001/score` };
  const component = { type: "scorestack:index:AciService", name, oldOutputs: uri, outputs: { scoringUri: unknown } };
  return [
    { ...component, old: {}, next: { cpuCores: 2 } },
    {
      of,
      type: "scorestack:local:Downtime",
      name: `${name}-downtime`,
      old: fixed("1"),
      next: fixed("2"),
      diff: { "fixed.cpuCores": "update" },
    },
    { ...part, op: "delete-replaced" },
    { ...part, op: "replace", diff },
    { ...part, op: "create-replacement", diff },
  ];
}
