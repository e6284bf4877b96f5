import * as fs from "node:fs";
import * as path from "node:path";
import { CliError, UsageError } from "./errors";

const placeholder = "{{name}}";
const nameRule = /^(?=.{3,32}$)[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Copies the template to `scorers/<name>`, with the name in the place of `{{name}}` in file names and texts, and returns
 * the files, relative to the project. Throws a `CliError` when the name will not do or is taken. All or nothing is made.
 */
export function createScorer(root: string, name: string): string[] {
  if (!nameRule.test(name)) {
    throw new UsageError(
      `'name' must be 3 to 32 of the characters a-z 0-9 -, begin with a letter and not end with -, got '${name}'; choose another`,
    );
  }
  const target = path.join(root, "scorers", name);
  if (fs.existsSync(target)) {
    throw new CliError(
      `'name' must be new, got '${name}', and scorers/${name} is there; choose another or remove that folder`,
    );
  }
  const template = path.join(root, "cli", "templates", "scorer");
  const temporary = path.join(root, "scorers", `.${name}.${process.pid}.tmp`);
  try {
    const files = filesBelow(template);
    for (const file of files) {
      copyFile(path.join(template, file), path.join(temporary, fill(file, name)), name);
    }
    fs.renameSync(temporary, target);
    return files.map((file) => path.join("scorers", name, fill(file, name)));
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

function fill(text: string, name: string): string {
  return text.replaceAll(placeholder, name);
}

function copyFile(from: string, to: string, name: string): void {
  const content = fs.readFileSync(from);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  // Models and pictures are copied as they are.
  fs.writeFileSync(to, content.includes(0) ? content : fill(content.toString("utf8"), name), {
    mode: fs.statSync(from).mode,
  });
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile() && !/(^|\/)__pycache__\//.test(name))
    .sort();
}
