import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { azRows } from "./az";
import { shimEnvironment } from "./shims";
import { begins, type CommandCall, CommandFailure, type CommandRow, option, required } from "./row";

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

/** A host of the stand-in answers as the image that it should be; another does not answer. */
function smoke({ words, cloud }: CommandCall): string {
  const url = new URL(required(words, "--url"));
  const host = option(words, "--connect") ?? url.hostname;
  const known = cloud.resources.some(({ token, inputs }) => {
    const address = inputs.ipAddress as { dnsNameLabel?: string } | undefined;
    return token.endsWith("containerinstance:ContainerGroup") && host.startsWith(`${address?.dnsNameLabel ?? "?"}.`);
  });
  if (!known && !/^(10|20)\./.test(host)) {
    throw new CommandFailure(`${host} does not answer: no container group of the stand-in has that name`);
  }
  return `${url.host} answers as image ${required(words, "--identity").slice(0, 12)} (the stand-in asked nobody)\n`;
}

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
