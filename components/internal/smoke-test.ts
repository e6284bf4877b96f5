import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What of a service is proven, and how. */
export interface SmokeTestParts {
  /** Address of the service, without `/score`. */
  readonly url: pulumi.Input<string>;
  /** Host to connect to in place of the address's. */
  readonly connect?: pulumi.Input<string>;
  /** Header of every request, `name: value`. */
  readonly header?: string;
  /** The image that must answer. */
  readonly identity: pulumi.Input<string>;
  /** Folder of sample requests, relative to the project's folder. */
  readonly samples?: string;
  /** Kept as a secret; the command gets it in its environment. */
  readonly key?: pulumi.Input<string>;
  readonly timeoutSeconds: pulumi.Input<number>;
  /** Command that prints the service's own log, for a failure. */
  readonly logs: pulumi.Input<string>;
  /** Text that changes with the settings of the service. */
  readonly settings: pulumi.Input<string>;
}

/**
 * Proves a service in the update that changes it: `npm run smoke`, again whenever the image, the address, the settings or the key
 * changes, and only then. When it fails, the update does.
 */
export function smokeTest(name: string, parts: SmokeTestParts, options: pulumi.CustomResourceOptions): local.Command {
  const { url, identity, key } = parts;
  return new local.Command(
    name,
    {
      create: pulumi.all(commandOf(parts)).apply((words) => words.map(quoted).join(" ")),
      // `INIT_CWD` of the npm that started the engine would be where paths count from.
      environment: { INIT_CWD: ".", ...(key === undefined ? {} : { SCORESTACK_KEY: pulumi.secret(key) }) },
      triggers: [identity, url, parts.settings],
      addPreviousOutputInEnv: false,
      // It prints no secret: what it shows of the service's log has the key taken out.
      logging: local.Logging.StdoutAndStderr,
    },
    options,
  );
}

function commandOf({
  url,
  connect,
  header,
  identity,
  samples,
  timeoutSeconds,
  logs,
}: SmokeTestParts): pulumi.Input<string>[] {
  return [
    ...["node", "cli/launch.cjs", "smoke", "--url", url, "--identity", identity],
    ...(samples === undefined ? [] : ["--samples", samples]),
    ...["--deadline", pulumi.output(timeoutSeconds).apply(String)],
    ...(connect === undefined ? [] : ["--connect", connect]),
    ...(header === undefined ? [] : ["--header", header]),
    ...["--logs", logs],
  ];
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/(["\\$`])/g, "\\$1")}"`;
}
