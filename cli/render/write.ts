import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { byCodeUnits } from "../../components/internal/canonical-json";
import { problemLine, shown } from "../../components/internal/problems";
import { CliError } from "../errors";
import type { Manifest } from "./manifests";

const indexFile = "kustomization.yaml";
const mark = "# Written by npm run render: what is changed here by hand is lost.";

/**
 * Writes each object into a file of its resource's name, and a `kustomization.yaml` that lists them. Files of an earlier run go.
 *
 * @throws CliError when the folder holds anything else.
 */
export function writeManifests(out: string, manifests: readonly Manifest[]): void {
  const earlier = earlierFiles(out);
  const files = new Map(manifests.map((manifest) => [fileOf(manifest, manifests), manifest.object]));
  const resources = [...files.keys()].sort(byCodeUnits);
  fs.mkdirSync(out, { recursive: true });
  for (const file of earlier.filter((name) => !files.has(name))) {
    fs.rmSync(path.join(out, file), { force: true });
  }
  const index = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
  // First, so that a run that is cut off is known for one.
  fs.writeFileSync(path.join(out, indexFile), `${mark}\n${stringify(index)}`);
  for (const [file, object] of files) {
    fs.writeFileSync(path.join(out, file), stringify(object, { lineWidth: 0 }));
  }
}

/** Kinds may share a name: of a resource with others of its name, the file says the kind too. */
function fileOf({ name, object }: Manifest, all: readonly Manifest[]): string {
  const isOnly = all.filter((other) => other.name === name).length === 1;
  return isOnly ? `${name}.yaml` : `${name}.${String(object["kind"]).toLowerCase()}.yaml`;
}

function earlierFiles(out: string): readonly string[] {
  const there = fs.existsSync(out) ? fs.readdirSync(out) : [];
  const index = path.join(out, indexFile);
  const text = there.includes(indexFile) ? fs.readFileSync(index, "utf8") : "";
  const { resources = [] } = text.startsWith(mark) ? (parse(text) as { resources?: string[] }) : {};
  const strange = there.filter((file) => file !== indexFile && !resources.includes(file));
  if (strange.length > 0 || (there.length > 0 && !text.startsWith(mark))) {
    throw new CliError(
      problemLine("--out", "must be a new folder, or one of an earlier render", shown(out), "choose another"),
    );
  }
  return resources;
}
