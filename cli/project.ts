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
  /** Address of the backend: `PULUMI_BACKEND_URL`, else `backend.url` of `Pulumi.yaml`, else a folder in `home`. */
  readonly backendUrl: string;
  /** Folder of the backend when it is one on this machine. */
  readonly stateFolder: string | undefined;
}

interface ProjectFile {
  readonly name?: unknown;
  readonly backend?: { readonly url?: unknown };
}

/** Reads `Pulumi.yaml`; throws a `CliError` when there is none or it has no name. */
export function openProject(root: string): Project {
  const home = path.join(root, ".scorestack");
  const { name, backend } = readProjectFile(path.join(root, "Pulumi.yaml"));
  const named = process.env.PULUMI_BACKEND_URL || backend?.url;
  const backendUrl = typeof named === "string" ? named : pathToFileURL(path.join(home, "state")).href;
  const stateFolder = folderOf(backendUrl, root);
  return {
    root,
    name,
    home,
    passphraseFile: path.join(home, "passphrase"),
    backendUrl: stateFolder === undefined ? backendUrl : pathToFileURL(stateFolder).href,
    stateFolder,
  };
}

function readProjectFile(file: string): ProjectFile & { readonly name: string } {
  const settings = fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as ProjectFile | null) : undefined;
  if (typeof settings?.name === "string") {
    return { ...settings, name: settings.name };
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
