import type { Command } from "commander";
import { type Context, describe, type StackOptions, withStack } from "./common";

export interface ScoreOptions extends StackOptions {
  readonly data?: string;
  readonly file?: string;
  readonly contentType?: string;
  readonly sample?: string;
}

/** `score`: one request to a service. */
export function scoreCommand(context: Context): Command {
  const command = describe(
    "score",
    "Send one request to a service and print its reply: data, a file, or a sample of its scorer.\n" +
      "The reply goes to stdout, its status to stderr; exit code 1 unless the status is 2xx.",
    `npm run -s score -- diabetes --data '{"data": [[59,2,32.1,101,157,93.2,38,4,4.8598,87]]}'`,
  );
  return withStack(command)
    .argument("[service]", "name of the service, if there are several")
    .option("--data <json>", "body, sent as JSON")
    .option("--file <path>", "file with the body, sent as it is")
    .option("--content-type <type>", "content type of the file (default: by its name)")
    .option("--sample <name>", "sample request to send (default: the first one)")
    .action(async (service: string | undefined, options: ScoreOptions) => {
      const { score } = await import("../score");
      await score(context, service, options);
    });
}
