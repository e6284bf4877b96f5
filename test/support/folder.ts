import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A folder of the test's own; `after` or `afterEach` removes it with the returned function. */
export function temporaryFolder(label: string): { folder: string; remove: () => void } {
  // Real path: on macOS the temporary folder is behind a link.
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `scorestack-${label}-`));
  return {
    folder,
    remove: () => {
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Writes files below a folder, making the folders between. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}
