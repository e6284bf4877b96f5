import type { Command } from "commander";
import { type Context, describe, type StackOptions, wholeNumber, withJson, withStack } from "./common";

export interface ProfileOptions extends StackOptions {
  readonly requests: number;
  readonly concurrency: number;
  readonly sample?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `profile`: measures a scorer for a sample request. */
export function profileCommand(context: Context): Command {
  const command = describe(
    "profile",
    "Measure a service on this machine with a sample request: latencies, rate, CPU\n" +
      "and memory. Proposes a size, and writes what npm run simulate takes.\n" +
      "A scorer whose service does not run is started for it, and stopped afterwards.",
    "npm run profile -- diabetes --requests 500",
  );
  return withJson(withStack(command), "the profile")
    .argument("<service>", "service that runs here, or scorer")
    .option("--requests <count>", "requests of each level, in three rounds", wholeNumber("--requests", 20), 600)
    .option(
      "--concurrency <count>",
      "greatest number at a time: 1, 2, 4 … up to it",
      wholeNumber("--concurrency", 1),
      8,
    )
    .option("--sample <name>", "sample request to send (default: the first one)")
    .option("--out <file>", "where the profile goes (default: <service>.profile.json)")
    .action(async (service: string, options: ProfileOptions) => {
      const { profile } = await import("../profile");
      await profile(context, service, options);
    });
}
