/**
 * What a report says, as data: the renderers and `--report FILE.json` are made from it. What is told about the same preview of the
 * same content is the same to the byte, so that there are no times, no places of this machine and no made-up ids in it.
 */
export interface Report {
  /** Grows when a member changes its meaning or goes; new members may come without. */
  readonly schemaVersion: 1;
  readonly stack: string;
  /** Whether it was previewed on a cloud that is not there. */
  readonly rehearsal: boolean;
  /** Revision that edited files are told against; null where none was given. */
  readonly base: string | null;
  readonly outcome: Outcome;
  /** All of it in a sentence. */
  readonly summary: string;
  readonly counts: Counts;
  /** What moves, replaced and deleted things first. */
  readonly units: readonly Unit[];
  readonly unaffected: { readonly count: number; readonly names: readonly string[] };
  readonly files: EditedFiles;
  /** What moves what: ids of files, settings and units. */
  readonly edges: readonly Edge[];
  readonly addresses: readonly AddressChange[];
  readonly push: Push;
  readonly cost: Cost;
  readonly findings: readonly Finding[];
}

export const outcomes = ["changes", "nothing", "failed"] as const;
/** `failed`: the preview did; what moves is then told as far as it came. */
export type Outcome = (typeof outcomes)[number];

/** Resources by what happens to them; components and providers are not counted. */
export interface Counts {
  readonly create: number;
  readonly update: number;
  /** Deleted and made anew, in one order or the other. */
  readonly replace: number;
  readonly delete: number;
  /** Commands that run again, such as a build or a proof; the engine calls them replaced, but nothing is deleted. */
  readonly runAgain: number;
  readonly same: number;
}
export type Effect = Exclude<keyof Counts, "same">;

/** Kinds of what people speak of, in the order of who asks for it. */
export const unitKinds = [
  "service",
  "device group",
  "pool",
  "public address",
  "cluster",
  "image",
  "model",
  "workspace",
  "resource",
] as const;
export type UnitKind = (typeof unitKinds)[number];

/** A component with its resources, or a resource that has none: `Service wine`. */
export interface Unit {
  /** `service/wine`. */
  readonly id: string;
  readonly kind: UnitKind;
  readonly name: string;
  readonly title: string;
  readonly effect: Effect;
  /** What happens to it, in words: `rebuilt`, `deleted and made anew`. */
  readonly happens: string;
  readonly interruption: Interruption;
  /** Content identities of an image or a model; null where there is none. */
  readonly identity: { readonly old: string | null; readonly new: string | null } | null;
  /** What of it moves it: settings, or what the engine found. */
  readonly reasons: readonly Reason[];
  readonly resources: readonly MovedResource[];
}

export interface Reason {
  readonly text: string;
  /** Whether somebody has set it, so that it is drawn as a cause. */
  readonly isSetting: boolean;
}

export const interruptions = ["none", "restart", "away", "gone"] as const;
/** `restart`: starts again in place; `away`: deleted before it is made anew; `gone`: deleted. */
export interface Interruption {
  readonly kind: (typeof interruptions)[number];
  /** For how long callers wait, in words; empty for none. */
  readonly text: string;
}

export interface MovedResource {
  readonly name: string;
  readonly type: string;
  readonly effect: Effect;
  /** Of a replacement: whether the old one goes before the new one is there. */
  readonly oldGoesFirst: boolean;
  readonly reasons: readonly string[];
}

/** What says that a file changed. `state`: the hash that the stack recorded; `build context`: that of the old image's context. */
export type Evidence = "state" | "build context" | "git";

export interface EditedFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** Ids of the images and models whose identity it changed. */
  readonly moves: readonly string[];
  readonly evidence: Evidence;
  /** False for one that was edited before `base`, and only not brought up since. */
  readonly sinceBase: boolean;
}

export interface EditedFiles {
  readonly moving: readonly EditedFile[];
  /** Edited since `base`: sources of the program, which may move anything. */
  readonly program: readonly string[];
  /** Edited since `base`, and in nothing that moves. */
  readonly idle: readonly string[];
  /** False for a stack that runs images of another one: its files are told there. */
  readonly areBuiltHere: boolean;
  /** Units whose identity moved with nothing to tell by which file. */
  readonly unexplained: readonly string[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface AddressChange {
  readonly unit: string;
  readonly old: string | null;
  /** null: known after the update. */
  readonly new: string | null;
  /** `may change`: an address without a name, which Azure may give anew. */
  readonly status: "changes" | "may change" | "new" | "gone";
}

/** What goes to registries and stores, before compression. */
export interface Push {
  /** False where images stay on this machine. */
  readonly isPushed: boolean;
  readonly totalBytes: number;
  /** Whether more goes whose size is known only after the build. */
  readonly isLeast: boolean;
  /** Whether layers are counted that may be in the registry: the old content of an image is not known here. */
  readonly isMost: boolean;
  readonly items: readonly PushItem[];
}

export interface PushItem {
  readonly unit: string;
  /** `models`, `server`, `samples`, `app`, `Python environment`, `upload`. */
  readonly layer: string;
  /** null: known after the build. */
  readonly bytes: number | null;
}

export interface Cost {
  readonly currency: "USD";
  /** Month of the prices. */
  readonly pricesOf: string;
  /** A month, by list prices; sum of what has one. */
  readonly monthlyChange: number;
  readonly items: readonly CostItem[];
  /** What changes and is in no table, such as a size of machines. */
  readonly unpriced: readonly string[];
}

export interface CostItem {
  readonly unit: string;
  readonly what: string;
  readonly old: number;
  readonly new: number;
}

export interface Finding {
  readonly severity: "error" | "warning";
  readonly source: "program" | "policy";
  /** Title of the unit it is about; null for the program. */
  readonly unit: string | null;
  readonly message: string;
}
