import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { driftedPages } from "../docs/generate";
import { pageName } from "../docs/page";
import { type ComponentDoc, readComponents } from "../docs/reader";

const root = path.resolve(__dirname, "..");
const pages = markdownFiles(root);

/** Does not prove that what the pages say is true: a person has to follow them. */
describe("documentation", function () {
  this.timeout(120_000);
  let components: ComponentDoc[];

  before(() => {
    components = readComponents(root);
  });

  it("has a page for every exported component, as the source would have it", () => {
    assert.deepEqual(driftedPages(root, components), []);
    const missing = components.filter(({ name }) => !pages.includes(`docs/components/${pageName(name)}`));
    assert.ok(components.length > 0);
    assert.deepEqual(missing, []);
  });

  it("links to files and headings that are there", () => {
    assert.deepEqual(pages.flatMap(brokenLinks), []);
  });

  it("names only commands that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts?: Record<string, string> };
    const unknown = pages.flatMap((page) =>
      commandsIn(read(page))
        .filter((command) => scripts?.[command] === undefined)
        .map((command) => `${page}: npm run ${command}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("shows TypeScript that compiles against the components", () => {
    const names = components.map(({ name }) => name);
    const snippets = new Map(pages.flatMap((page) => snippetsOf(page, names)));
    assert.ok(snippets.size > 0);
    assert.deepEqual(compileErrors(snippets), []);
  });
});

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), "utf8");
}

/** The pages that are kept with the project, relative to it. */
function markdownFiles(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name.startsWith(".") || entry.name === "node_modules" ? [] : markdownFiles(place);
    }
    return entry.name.endsWith(".md") ? [path.relative(root, place).split(path.sep).join("/")] : [];
  });
}

function brokenLinks(page: string): string[] {
  const text = withoutCode(read(page));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/i.test(target))
    .filter((target) => !isThere(page, target))
    .map((target) => `${page}: ${target}`);
}

function isThere(page: string, target: string): boolean {
  const [place = "", heading] = target.split("#");
  const file = place === "" ? page : path.join(path.dirname(page), place);
  if (!fs.existsSync(path.join(root, file))) {
    return false;
  }
  return heading === undefined || headingsOf(read(file)).includes(heading);
}

/** Anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ +(.*)$/gm)].map(([, heading = ""]) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^ *(```+)[\s\S]*?^ *\1$/gm, "");
}

/** Scripts that a page calls: those of `npm run x`, `npm start` and `npm test`. */
function commandsIn(text: string): string[] {
  const run = [...text.matchAll(/npm run (?:(?:-s|--silent) )?([a-z][a-z0-9:-]*)/g)].map(([, command = ""]) => command);
  const short = [...text.matchAll(/npm (start|test)\b/g)].map(([, command = ""]) => command);
  return [...new Set([...run, ...short])];
}

/** The `ts` blocks of a page, as modules beside the stacks, where those without imports see the components: file name → text. */
function snippetsOf(page: string, components: readonly string[]): [string, string][] {
  const blocks = [...read(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  return blocks.map((code, index) => {
    const name = `${page.replaceAll("/", "-")}-${index + 1}.ts`;
    const imports = /^import /m.test(code) ? "" : `import { ${components.join(", ")} } from "../components";\n`;
    return [path.join(root, "stacks", name), `${imports}${code}\nexport {};\n`];
  });
}

function compileErrors(snippets: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["node"],
    strict: true,
    esModuleInterop: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => snippets.has(file) || disk.fileExists(file),
    readFile: (file) => snippets.get(file) ?? disk.readFile(file),
    getSourceFile: (file, target, ...rest) => {
      const text = snippets.get(file);
      return text === undefined ? disk.getSourceFile(file, target, ...rest) : ts.createSourceFile(file, text, target);
    },
  };
  const program = ts.createProgram([...snippets.keys()], options, host);
  return [...snippets.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(
      ({ messageText }) => `${path.basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
}
