import * as fs from "node:fs";
import * as path from "node:path";
import { pageName, renderIndex, renderPage } from "./page";
import { type ComponentDoc, readComponents } from "./reader";

/** The pages of `docs/components/`: file name → text. */
export function componentPages(docs: readonly ComponentDoc[]): ReadonlyMap<string, string> {
  return new Map([
    ["README.md", renderIndex(docs)],
    ...docs.map((doc) => [pageName(doc.name), renderPage(doc)] as const),
  ]);
}

/** What keeps `docs/components/` from being what the source says: `docs/components/x.md is missing` and the like. */
export function driftedPages(root: string, docs: readonly ComponentDoc[]): string[] {
  const pages = componentPages(docs);
  const folder = pagesFolder(root);
  const stale = pageFiles(folder).filter((file) => !pages.has(file));
  const drifted = [...pages].flatMap(([file, text]) => {
    const there = path.join(folder, file);
    return !fs.existsSync(there)
      ? [`docs/components/${file} is missing`]
      : fs.readFileSync(there, "utf8") === text
        ? []
        : [`docs/components/${file} differs from the source`];
  });
  return [...drifted, ...stale.map((file) => `docs/components/${file} belongs to no component`)];
}

function writePages(root: string): void {
  const pages = componentPages(readComponents(root));
  const folder = pagesFolder(root);
  fs.mkdirSync(folder, { recursive: true });
  pageFiles(folder)
    .filter((file) => !pages.has(file))
    .forEach((file) => {
      fs.rmSync(path.join(folder, file));
    });
  pages.forEach((text, file) => {
    fs.writeFileSync(path.join(folder, file), text);
  });
  process.stdout.write(`Wrote ${pages.size} pages to docs/components.\n`);
}

function pagesFolder(root: string): string {
  return path.join(root, "docs", "components");
}

function pageFiles(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith(".md")) : [];
}

function main(root: string, args: readonly string[]): void {
  const unknown = args.filter((argument) => argument !== "--check");
  if (unknown.length > 0) {
    process.stderr.write(`'npm run docs' takes --check alone, got ${unknown.join(" ")}\n`);
    process.exitCode = 2;
  } else if (!args.includes("--check")) {
    writePages(root);
  } else {
    const drifted = driftedPages(root, readComponents(root));
    drifted.forEach((line) => process.stderr.write(`${line}\n`));
    if (drifted.length > 0) {
      process.stderr.write("Write them anew with: npm run docs\n");
      process.exitCode = 1;
    }
  }
}

if (require.main === module) {
  main(path.resolve(__dirname, ".."), process.argv.slice(2));
}
