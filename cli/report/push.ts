import { localTokens } from "../../components/internal/local-contract";
import { azureTokens } from "../../components/internal/azure-contract";
import { type Content, condaPart, isOther, sizeOfModel } from "./content";
import type { Push, PushItem } from "./model";
import type { ContentPart } from "./sources";
import type { SeenUnit } from "./units";

/** Layers of an image, as its Dockerfile has them (`components/render/dockerfile.ts`): each is pushed when a file in it changes. */
const layers = ["models", "server", "samples", "app"] as const;

/** What goes over the wire for the units that move: changed layers of images, and uploads of models; before compression. */
export function pushOf(moved: readonly SeenUnit[], contents: ReadonlyMap<string, Content>): Push {
  const items = moved.flatMap((unit) => {
    const content = contents.get(unit.id);
    return content === undefined || !isOther(content) ? [] : [...uploads(unit), ...layersOf(unit, content)];
  });
  const isPushed = !moved.some(({ resources }) => resources.some(({ type }) => type === localTokens.image));
  return {
    isPushed,
    totalBytes: items.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    isLeast: items.some(({ bytes }) => bytes === null),
    isMost: [...contents].some(
      ([id, content]) => content.newParts && isUnseen(content) && items.some(({ unit }) => unit === id),
    ),
    items,
  };
}

/** Whether there was content before, of which only the identity is known. */
function isUnseen({ oldIdentity, oldParts }: Content): boolean {
  return oldIdentity !== undefined && oldParts === undefined;
}

function uploads(unit: SeenUnit): PushItem[] {
  const files = unit.resources.filter(({ type }) => type === azureTokens.modelFiles || type === localTokens.model);
  const bytes = sizeOfModel(unit) ?? null;
  return files.length > 0
    ? [{ unit: unit.id, layer: "upload", bytes: bytes === null ? null : bytes * files.length }]
    : [];
}

function layersOf(unit: SeenUnit, content: Content): PushItem[] {
  if (unit.kind !== "image") {
    return [];
  }
  const { oldParts = new Map<string, ContentPart>(), newParts } = content;
  if (!newParts) {
    return [{ unit: unit.id, layer: "content", bytes: null }];
  }
  const differs = (at: string): boolean => oldParts.get(at)?.sha256 !== newParts.get(at)?.sha256;
  const environment = ["requirements.txt", condaPart].some((at) => newParts.has(at) && differs(at));
  const all = [...new Set([...oldParts.keys(), ...newParts.keys()])];
  return [
    ...(environment ? [{ unit: unit.id, layer: "Python environment", bytes: null }] : []),
    ...layers.flatMap((layer) => {
      const changed = new Set(all.filter((at) => layerOf(at) === layer && differs(at)).map(copyOf));
      const bytes = [...newParts].filter(([at]) => changed.has(copyOf(at))).map(([, part]) => part.sizeInBytes);
      return changed.size === 0
        ? []
        : [{ unit: unit.id, layer, bytes: bytes.reduce<number>((sum, size) => sum + (size ?? 0), 0) }];
    }),
  ];
}

function layerOf(at: string): (typeof layers)[number] | undefined {
  if (at.startsWith("app/azureml-models/")) {
    return "models";
  }
  return layers.find((layer) => at.startsWith(`${layer}/`));
}

/** Which instruction of the Dockerfile copies a file: one for each entry of `app/`, one for each other folder. */
function copyOf(at: string): string {
  return at.startsWith("app/") && !at.startsWith("app/azureml-models/")
    ? at.split("/").slice(0, 2).join("/")
    : (layerOf(at) ?? at);
}
