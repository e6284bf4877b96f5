import * as fs from "node:fs";
import * as path from "node:path";
import { defaultBuilder, type ImageBuildOptions, ImageBuilder } from "./image-place";

/** Where programs are looked for. */
export interface Programs {
  readonly path: string;
  readonly extensions: readonly string[];
}

const needs: Readonly<Partial<Record<ImageBuilder, readonly string[]>>> = {
  [ImageBuilder.buildkit]: ["docker", "az"],
  [ImageBuilder.acrUpload]: ["az"],
};
const names: Readonly<Record<string, string>> = { az: "the Azure CLI (az)", docker: "Docker" };

/**
 * Says which program an image cannot be built without, and what would build it instead; undefined if nothing is missing. Only a
 * warning: a preview needs none of them, nor does an update in which no image moves.
 */
export function missingTool(
  { builder = defaultBuilder }: ImageBuildOptions,
  programs = programsHere(),
): string | undefined {
  const missing = (needs[builder] ?? []).filter((program) => !isThere(program, programs));
  if (missing.length === 0) {
    return undefined;
  }
  const able = Object.values(ImageBuilder).filter(
    (other) => other !== builder && (needs[other] ?? []).every((program) => isThere(program, programs)),
  );
  const list = missing.map((program) => names[program]).join(" and ");
  const choices = able.map((other) => `'${other}'`).join(", ");
  return `images are built with the builder '${builder}', which needs ${list}, not found on this machine's PATH; 'workspace.images.builder' can also be ${choices}`;
}

function programsHere(): Programs {
  const extensions = process.platform === "win32" ? (process.env["PATHEXT"] ?? ".EXE;.CMD").split(";") : [""];
  return { path: process.env["PATH"] ?? "", extensions };
}

function isThere(program: string, { path: folders, extensions }: Programs): boolean {
  return folders
    .split(path.delimiter)
    .some((folder) => extensions.some((extension) => fs.existsSync(path.join(folder, program + extension))));
}
