import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { azRows } from "./az";
import { shimEnvironment } from "./shims";
import { begins, type CommandCall, CommandFailure, type CommandRow } from "./row";
import { smoke } from "./smoke";

/** Every command line that the stand-in answers; any other is refused, so that nothing is pretended unseen. */
export const commandRows: readonly CommandRow[] = [
  ...azRows,
  { name: "set", matches: begins("set"), run: () => "" },
  { name: "echo", matches: begins("echo"), run: ({ words }) => `${words.slice(1).join(" ")}\n` },
  {
    name: "npm run smoke",
    matches: (words) =>
      words.includes("smoke") && (begins("npm", "run")(words) || words.some((word) => word.endsWith("cli/launch.cjs"))),
    run: smoke,
  },
  {
    name: "node components/azure/*.cjs",
    // Scripts of this project, which do their work with `az`: run as they are, with a stand-in for `az` on their PATH.
    matches: ([program, script = ""]) => program === "node" && /^components\/azure\/[\w-]+\.cjs$/.test(script),
    run: runScript,
  },
];

function runScript({ words: [, script = ""], environment, folder, cause, cloud }: CommandCall): string {
  try {
    const file = path.resolve(folder, script);
    const env = { ...process.env, ...environment, ...shimEnvironment(cloud.folder, cause) };
    return execFileSync(process.execPath, [file], {
      cwd: folder,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new CommandFailure(stderr || message);
  }
}
