import * as path from "node:path";
import { entries, numbered, readJson } from "../../provider/store/files";

/** Every version of a model or an image that was ever seen, by its number. */
export class Ledger {
  private readonly known = new Map<string, string>();
  private there = new Map<string, string>();

  constructor(private readonly home: string) {}

  /** What has changed though versions never change; then takes note of what is there now. */
  problems(): string[] {
    const now = new Map([...this.models(), ...this.images()]);
    const found = [...now].flatMap(([version, content]) => this.problemOf(version, content, now));
    for (const [version, content] of now) {
      this.known.set(version, content);
    }
    this.there = now;
    return found;
  }

  private problemOf(version: string, content: string, now: ReadonlyMap<string, string>): string[] {
    const before = this.known.get(version);
    const twins = [...now].filter(([other, same]) => same === content && nameOf(other) === nameOf(version));
    const earlier = [...this.there].find(([other, same]) => same === content && nameOf(other) === nameOf(version));
    return [
      ...(before !== undefined && before !== content ? [`${version} has another content`] : []),
      ...(twins.length > 1 ? [`${twins.map(([other]) => other).join(" and ")} have the same content`] : []),
      ...(earlier && earlier[0] !== version ? [`${earlier[0]} has become ${version}`] : []),
    ];
  }

  private models(): [string, string][] {
    return entries(path.join(this.home, "models")).flatMap((name) =>
      numbered(path.join(this.home, "models", name)).map((version): [string, string] => {
        const record = readJson(path.join(this.home, "models", name, String(version), "model.json"));
        return [`model ${name}:${version}`, (record as { digest?: string } | undefined)?.digest ?? "no record"];
      }),
    );
  }

  private images(): [string, string][] {
    return entries(path.join(this.home, "images")).flatMap((name) =>
      numbered(path.join(this.home, "images", name)).map((version): [string, string] => {
        const record = readJson(path.join(this.home, "images", name, `${version}.json`));
        return [`image ${name}:${version}`, (record as { identity?: string } | undefined)?.identity ?? "no record"];
      }),
    );
  }
}

function nameOf(version: string): string {
  return version.slice(0, version.lastIndexOf(":"));
}
