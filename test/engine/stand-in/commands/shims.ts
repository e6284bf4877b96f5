import * as fs from "node:fs";
import * as path from "node:path";

const programs = ["az"];

/** Variables with which a script finds the stand-ins for programs on its PATH. */
export function shimEnvironment(cloudFolder: string, cause: string): Record<string, string> {
  const folder = path.join(cloudFolder, "bin");
  fs.mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const script = [process.execPath, ...process.execArgv, process.argv[1] ?? "", "--program", program]
      .map(quoted)
      .join(" ");
    fs.writeFileSync(path.join(folder, program), `#!/bin/sh\nexec ${script} "$@"\n`, { mode: 0o700 });
  }
  return {
    PATH: [folder, process.env.PATH ?? ""].join(path.delimiter),
    SCORESTACK_STAND_IN_FOLDER: cloudFolder,
    SCORESTACK_STAND_IN_CAUSE: cause,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
