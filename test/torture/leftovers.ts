import * as fs from "node:fs";
import * as path from "node:path";
import { entries, numbered } from "../../provider/store/files";
import { sourcesOf, type World } from "./world";

/** Half-made things, locks and temporary files of runs that are over; nothing runs meanwhile but the service. */
export function leftovers(world: World): string[] {
  const { sandbox } = world;
  const all = filesIn(sandbox.path(".scorestack"));
  const strange = all.filter((name) =>
    /\.partial(\/|$)|(^|\/)\.lock|\.tmp$|\.damaged$|\/locks\/organization\/.*\.json/.test(name),
  );
  const added = sourcesOf(sandbox.clone.folder).filter((name) => !world.sources.has(name));
  return [
    ...strange.map((name) => `.scorestack/${name} is left`),
    ...added.map((name) => `${name} is new in the clone`),
    ...entries(sandbox.temporary).map((name) => `${name} is left in the folder for temporary files`),
    ...halfMade(world),
    ...torn(sandbox.path(".scorestack"), all),
    ...pending(world),
  ];
}

/** What lies in a store without its record is half made or half removed, and nothing would ever remove it. */
function halfMade({ sandbox }: World): string[] {
  const home = (...parts: string[]): string => sandbox.path(".scorestack", ...parts);
  const places = [
    ...entries(home("bundles"))
      .filter((name) => name !== "locks")
      .map((name) => [`bundles/${name}`, "image.json"]),
    ...entries(home("environments"))
      .filter((name) => name !== "locks" && !name.endsWith(".lock"))
      .map((name) => [`environments/${name}`, "environment.json"]),
    ...entries(home("models")).flatMap((name) =>
      numbered(home("models", name)).map((version) => [`models/${name}/${version}`, "model.json"]),
    ),
  ];
  return places.flatMap(([place = "", record = ""]) =>
    fs.existsSync(home(place, record)) ? [] : [`.scorestack/${place} has no ${record}`],
  );
}

function torn(home: string, files: readonly string[]): string[] {
  return files
    .filter((name) => name.endsWith(".json") && !isJson(path.join(home, name)))
    .map((name) => `.scorestack/${name} is torn`);
}

function isJson(file: string): boolean {
  try {
    JSON.parse(fs.readFileSync(file, "utf8"));
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function pending(world: World): string[] {
  return (world.readState().pending_operations ?? []).map(
    ({ type, resource }) => `${type} of ${resource.urn} is pending in the state`,
  );
}

/** Files and folders of `.scorestack/`, without what is inside environments and tools. */
export function filesIn(home: string): string[] {
  return fs
    .readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(tools|environments\/[^/]+)\//.test(name));
}
