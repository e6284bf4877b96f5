import { execFileSync } from "node:child_process";
import * as path from "node:path";
import type { Cloud, CloudResource } from "../cloud";
import { type ImageName, parseImage } from "../registry";
import { listOf, recordOf, textOf } from "../values";
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

/** A container group of the stand-in answers as the image that it has, which the registry's tag names; any other host is silent. */
function smoke({ words, cloud }: CommandCall): string {
  const url = new URL(required(words, "--url"));
  const host = option(words, "--connect") ?? url.hostname;
  const identity = required(words, "--identity");
  const group = cloud.resources.find((resource) => isAt(resource, host));
  if (!group) {
    throw new CommandFailure(`${url.href} does not answer: no container group of the stand-in has that name`);
  }
  const images = listOf(group.inputs.containers).map((container) => parseImage(textOf(recordOf(container).image)));
  const tags = images.flatMap((image) => tagsOf(cloud, image));
  if (tags.length > 0 && !tags.some((tag) => identity.startsWith(tag))) {
    throw new CommandFailure(`${url.href} answers as image ${tags.join(", ")}, not ${identity.slice(0, 12)}`);
  }
  return `${url.href} answers as image ${identity.slice(0, 12)} (the stand-in runs nothing: no sample request was sent)\n`;
}

function isAt({ token, inputs, attached }: CloudResource, host: string): boolean {
  const { dnsNameLabel, type } = recordOf(inputs.ipAddress);
  const isPrivate = type === "Private" && /^10\./.test(host);
  const isNamed = dnsNameLabel !== undefined && host.startsWith(`${textOf(dnsNameLabel)}.`);
  return token.endsWith(":containerinstance:ContainerGroup") && attached !== true && (isPrivate || isNamed);
}

/** Tags under which an image was pushed. */
function tagsOf(cloud: Cloud, { repository, tag, digest }: ImageName): string[] {
  const pushed = Object.entries(cloud.state.images[repository] ?? {});
  return pushed
    .filter(([name, found]) => (digest === undefined ? name === tag : found === digest))
    .map(([name]) => name);
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
