import * as fs from "node:fs";
import * as path from "node:path";
import { readResource } from "./reader";
import type { ResourceShape } from "./shapes";
import { PackageSource } from "./source";

/** Changes with what is kept of a resource, so that what an older reader has left is not used. */
const format = 2;

/** What the installed packages' type declarations say of resources; what was read once is kept in `node_modules/.cache`. */
export class Typings {
  private readonly shapes = new Map<string, ResourceShape | undefined>();
  private readonly sources = new Map<string, PackageSource | undefined>();

  /** @param root the project's folder */
  constructor(private readonly root: string) {}

  /** Version of an installed package, such as `azure-native`; undefined when it is not installed. */
  version(packageName: string): string | undefined {
    return this.source(packageName)?.version;
  }

  /** Undefined for a resource that the package does not have. */
  resource(token: string): ResourceShape | undefined {
    if (!this.shapes.has(token)) {
      this.shapes.set(token, this.read(token));
    }
    return this.shapes.get(token);
  }

  private read(token: string): ResourceShape | undefined {
    const source = this.source(token.split(":")[0] ?? "");
    if (!source) {
      return undefined;
    }
    const name = `typings-${token.replaceAll(":", "-")}-${source.version}-${format}.json`;
    const file = path.join(this.root, "node_modules/.cache/scorestack", name);
    if (fs.existsSync(file)) {
      return JSON.parse(fs.readFileSync(file, "utf8")) as ResourceShape;
    }
    const shape = readResource(source, token);
    if (shape) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const temporary = `${file}.${process.pid}.tmp`;
      fs.writeFileSync(temporary, JSON.stringify(shape));
      fs.renameSync(temporary, file);
    }
    return shape;
  }

  private source(packageName: string): PackageSource | undefined {
    if (!this.sources.has(packageName)) {
      const folder = path.join(this.root, "node_modules/@pulumi", packageName);
      this.sources.set(packageName, fs.existsSync(folder) ? new PackageSource(folder) : undefined);
    }
    return this.sources.get(packageName);
  }
}
