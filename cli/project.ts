import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { CliError } from "./errors";

/** Where the parts of a clone lie. */
export interface Project {
  readonly root: string;
  /** `name` of `Pulumi.yaml`. */
  readonly name: string;
  /** Everything that is made here and not committed: state, models, images, services. */
  readonly home: string;
  readonly passphraseFile: string;
  /** Address of the backend: `PULUMI_BACKEND_URL`, else a folder in `home`. */
  readonly backendUrl: string;
  /** Folder of the backend when it is one on this machine. */
  readonly stateFolder: string | undefined;
}

/** Reads `Pulumi.yaml`; throws a `CliError` when there is none or it has no name. */
export function openProject(root: string): Project {
  const home = path.join(root, ".scorestack");
  const backendUrl = process.env.PULUMI_BACKEND_URL || pathToFileURL(path.join(home, "state")).href;
  return {
    root,
    name: projectName(path.join(root, "Pulumi.yaml")),
    home,
    passphraseFile: path.join(home, "passphrase"),
    backendUrl,
    stateFolder: folderOf(backendUrl, root),
  };
}

function projectName(file: string): string {
  const settings: unknown = fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : undefined;
  if (typeof settings === "object" && settings !== null && "name" in settings && typeof settings.name === "string") {
    return settings.name;
  }
  throw new CliError(`'${file}' must be there and have a 'name'; restore it from the repository`);
}

/** Folder of a `file://` address, as Pulumi reads it: `~` is the home folder, and `./` is seen from the project. */
export function folderOf(backendUrl: string, root: string): string | undefined {
  if (!backendUrl.startsWith("file://")) {
    return undefined;
  }
  const place = decodeURIComponent(backendUrl.slice("file://".length).replace(/\?.*$/, ""));
  if (place === "~" || place.startsWith("~/")) {
    return path.join(process.env.HOME ?? "", place.slice(1));
  }
  const windows = /^\/[A-Za-z]:/.test(place) ? place.slice(1) : place;
  return path.resolve(root, windows);
}
