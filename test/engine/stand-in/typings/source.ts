import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";

/** A declaration that a type refers to. */
export type Declared = ts.InterfaceDeclaration | ts.ClassDeclaration | ts.VariableDeclaration;

/**
 * The type declarations of an installed Pulumi package. A file of theirs may have millions of characters, in one namespace for each
 * module of the cloud: only the part that is asked for is parsed.
 */
export class PackageSource {
  readonly version: string;
  private readonly parsed = new Map<string, ReadonlyMap<string, Declared>>();
  private readonly texts = new Map<string, string>();

  constructor(private readonly folder: string) {
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string };
    this.version = version;
  }

  /** File of a resource class, relative to the package; undefined when there is none. Acronyms make the case of its name irregular. */
  resourceFile(module: string, name: string): string | undefined {
    const folder = path.join(this.folder, module === "index" ? "." : module);
    const wanted = `${name}.d.ts`.toLowerCase();
    const found = fs.existsSync(folder)
      ? fs.readdirSync(folder).find((file) => file.toLowerCase() === wanted)
      : undefined;
    return found && path.relative(this.folder, path.join(folder, found));
  }

  /** Declarations of a file, or of one namespace of it, by their names. */
  declarations(file: string, namespace?: string): ReadonlyMap<string, Declared> {
    const key = `${file}#${namespace ?? ""}`;
    const known = this.parsed.get(key);
    if (known) {
      return known;
    }
    const text = namespace === undefined ? this.text(file) : namespaceText(this.text(file), namespace);
    const found = new Map<string, Declared>();
    collect(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true), found);
    this.parsed.set(key, found);
    return found;
  }

  private text(file: string): string {
    const known = this.texts.get(file);
    if (known !== undefined) {
      return known;
    }
    const place = path.join(this.folder, file);
    const text = fs.existsSync(place) ? fs.readFileSync(place, "utf8") : "";
    this.texts.set(file, text);
    return text;
  }
}

function namespaceText(text: string, namespace: string): string {
  const start = text.indexOf(`export declare namespace ${namespace} {`);
  if (start < 0) {
    return "";
  }
  const end = text.indexOf("\nexport declare namespace ", start + 1);
  return text.slice(start, end < 0 ? undefined : end);
}

function collect(node: ts.Node, found: Map<string, Declared>): void {
  node.forEachChild((child) => {
    if (ts.isInterfaceDeclaration(child) || ts.isClassDeclaration(child)) {
      found.set(child.name?.text ?? "", child);
    } else if (ts.isVariableDeclaration(child)) {
      found.set(child.name.getText(), child);
    } else {
      collect(child, found);
    }
  });
}
