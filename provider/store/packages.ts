import * as fs from "node:fs";
import * as path from "node:path";
import { entries } from "./files";

/** Files that the packages of a Python environment say they have, and that are gone or have another size; paths within it. */
export function missingPackageFiles(environment: string): string[] {
  return sitePackages(environment).flatMap((site) =>
    entries(site)
      .filter((name) => name.endsWith(".dist-info"))
      .flatMap((name) => missingOf(site, name))
      .map((file) => path.relative(environment, file)),
  );
}

function sitePackages(environment: string): string[] {
  const lib = path.join(environment, "lib");
  return entries(lib).map((python) => path.join(lib, python, "site-packages"));
}

/** `RECORD` of an installed package: `path,hash,size` for each file (PyPA, "Recording installed projects"). */
function missingOf(site: string, distribution: string): string[] {
  const record = path.join(site, distribution, "RECORD");
  if (!fs.existsSync(record)) {
    return [record];
  }
  const lines = fs.readFileSync(record, "utf8").split(/\r?\n/);
  return lines.flatMap((line) => {
    const [, quoted, plain, size] = /^(?:"((?:[^"]|"")*)"|([^,]*)),[^,]*,(\d*)$/.exec(line) ?? [];
    const file = path.join(site, quoted?.replaceAll('""', '"') ?? plain ?? "");
    const stats = line === "" ? undefined : fs.statSync(file, { throwIfNoEntry: false });
    return line === "" || (stats && (!size || stats.size === Number(size))) || file.endsWith(".pyc") ? [] : [file];
  });
}
