import { byCodeUnits } from "../../components/internal/canonical-json";
import type { StateResource } from "../state";
import { nameOf } from "../output/changes";
import type { Effect, UnitKind } from "./model";
import type { EngineRecord, SeenResource } from "./record";

/** A unit with all that the preview saw of it. */
export interface SeenUnit {
  readonly id: string;
  readonly kind: UnitKind;
  readonly name: string;
  readonly title: string;
  /** Type of its component without `scorestack:index:`; undefined for a resource on its own. */
  readonly component: string | undefined;
  /** The component; undefined for a resource on its own, or one that is deleted as a whole. */
  readonly holder: SeenResource | undefined;
  /** By name, without components. */
  readonly resources: readonly SeenResource[];
}

const componentKinds: Readonly<Record<string, readonly [UnitKind, string]>> = {
  RegisteredModel: ["model", "Model"],
  ModelImage: ["image", "Image"],
  LocalService: ["service", "Service"],
  AciService: ["service", "Service"],
  AksService: ["service", "Service"],
  FpgaService: ["service", "Service"],
  BatchScoringPool: ["pool", "Pool"],
  EdgeModuleDeployment: ["device group", "Device group"],
  AksCluster: ["cluster", "Cluster"],
  KubernetesCluster: ["cluster", "Cluster"],
  AzureWorkspace: ["workspace", "Workspace"],
};
/** Parts that people ask for by themselves, whoever made them. */
const ownKinds: readonly (readonly [RegExp, UnitKind, string])[] = [
  [/^azure-native:containerservice[^:]*:AgentPool$/, "pool", "Node pool"],
  [/^azure-native:network[^:]*:PublicIP(Address|Prefix)$/, "public address", "Public address"],
];

const componentPrefix = "scorestack:index:";

/** Everything that the preview saw, by the units that people know. */
export function unitsOf({ resources }: EngineRecord, state: readonly StateResource[]): SeenUnit[] {
  const parents = new Map([
    ...state.map(({ urn, parent }) => [urn, parent] as const),
    ...[...resources.values()].map(({ urn, parent }) => [urn, parent] as const),
  ]);
  const groups = new Map<string, SeenResource[]>();
  for (const resource of resources.values()) {
    if (resource.custom && !resource.type.startsWith("pulumi:")) {
      const key = ownKindOf(resource.type) ? resource.urn : (componentOf(resource.urn, parents) ?? resource.urn);
      groups.set(key, [...(groups.get(key) ?? []), resource]);
    }
  }
  const units = [...groups].map(([key, members]) => unitOf(key, members, resources.get(key)));
  return units.sort((a, b) => byCodeUnits(a.id, b.id));
}

/** Unit of a resource, by its URN. */
export function unitIndex(units: readonly SeenUnit[]): ReadonlyMap<string, SeenUnit> {
  return new Map(
    units.flatMap((unit) =>
      [...unit.resources, ...(unit.holder ? [unit.holder] : [])].map(({ urn }) => [urn, unit] as const),
    ),
  );
}

/** The nearest component of ours that a resource belongs to. */
function componentOf(urn: string, parents: ReadonlyMap<string, string | undefined>): string | undefined {
  for (let at = parents.get(urn); at !== undefined; at = parents.get(at)) {
    if (typeOf(at).startsWith(componentPrefix)) {
      return at;
    }
  }
  return undefined;
}

function unitOf(key: string, members: readonly SeenResource[], seen: SeenResource | undefined): SeenUnit {
  const type = typeOf(key);
  const name = nameOf(key);
  const component = type.startsWith(componentPrefix) ? type.slice(componentPrefix.length) : undefined;
  const [kind, word] = kindOf(type, component);
  return {
    id: kind === "resource" ? `resource/${type}/${name}` : `${kind.replaceAll(" ", "-")}/${name}`,
    kind,
    name,
    title: `${word} ${name}`,
    component,
    holder: component === undefined ? undefined : seen,
    resources: [...members].sort((a, b) => byCodeUnits(a.urn, b.urn)),
  };
}

function kindOf(type: string, component: string | undefined): readonly [UnitKind, string] {
  const own = ownKindOf(type);
  if (own) {
    return own;
  }
  const short = type.split(":").pop() ?? type;
  return (component === undefined ? undefined : componentKinds[component]) ?? ["resource", component ?? short];
}

function ownKindOf(type: string): readonly [UnitKind, string] | undefined {
  const found = ownKinds.find(([pattern]) => pattern.test(type));
  return found && [found[1], found[2]];
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

/** Commands that only run: the engine calls it a replacement when they run again, and nothing goes away. */
const runs = /^(command:(local|remote):Command|azure-native:containerregistry[^:]*:TaskRun|docker-build:index:Image)$/;

/** What happens to a resource; undefined where it stays. */
export function effectOf({ ops, type }: SeenResource): Effect | undefined {
  if (ops.some((op) => op.includes("replace"))) {
    return runs.test(type) ? "runAgain" : "replace";
  }
  return (["create", "update", "delete"] as const).find((op) => ops.includes(op));
}

/** Whether it is deleted before the new one is there. */
export function goesFirst({ ops }: SeenResource): boolean {
  const [gone, made] = [ops.indexOf("delete-replaced"), ops.indexOf("create-replacement")];
  return gone >= 0 && (made < 0 || gone < made);
}

/** What happens to a unit: what happens to the resource of its name, else the gravest of what happens to others. */
export function unitEffect(unit: SeenUnit): Effect | undefined {
  const effects = unit.resources.map((resource) => effectOf(resource));
  const all = (effect: Effect): boolean => effects.every((found) => found === effect);
  const main = unit.resources.filter(({ name }) => name === unit.name).map((resource) => effectOf(resource));
  const first = (["delete", "create"] as const).find(all);
  const found = (["replace", "delete", "create", "update", "runAgain"] as const).filter((effect) =>
    effects.includes(effect),
  );
  if (first !== undefined || found.length === 0) {
    return first;
  }
  return main.includes("replace") ? "replace" : found.some((effect) => effect !== "runAgain") ? "update" : "runAgain";
}
