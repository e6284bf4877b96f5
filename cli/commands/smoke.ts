import * as path from "node:path";
import type { Command } from "commander";
import { UsageError } from "../errors";
import { type Context, describe, wholeNumber } from "./common";

interface SmokeOptions {
  readonly url: string;
  readonly identity: string;
  readonly samples?: string;
  readonly deadline: number;
  readonly connect?: string;
  readonly header?: readonly [string, string];
  readonly logs?: string;
}

/** `smoke`: proves that a service, wherever it runs, is the image that it should be. Services in the cloud have it run by updates. */
export function smokeCommand(_: Context): Command {
  return describe(
    "smoke",
    "Prove a service that runs anywhere: it must answer as an image, and its sample requests as they say.\n" +
      "The key, where the service asks for one, comes from the environment variable SCORESTACK_KEY.",
    "npm run smoke -- --url https://churn.example.com --samples scorers/churn/requests --identity 3f5a…",
  )
    .requiredOption("--url <url>", "address of the service, without /score")
    .requiredOption("--identity <id>", "image that must answer: 64 hex characters")
    .option("--samples <folder>", "sample requests to send (default: none)")
    .option("--deadline <seconds>", "how long it may take until all is well", wholeNumber("--deadline", 1), 300)
    .option("--connect <host>", "connect to this host in place of the address's, as before its DNS record is there")
    .option("--header <header>", "header of every request, as 'azureml-model-deployment: green'", headerOf)
    .option("--logs <command>", "command that prints the service's log, for a failure")
    .action(async (options: SmokeOptions) => {
      const { smoke } = await import("../smoke");
      const { print, say } = await import("../output/messages");
      const { samples, deadline, connect, header, logs } = options;
      print(
        await smoke(
          {
            url: addressOf(options.url),
            identity: identityOf(options.identity),
            samples: samples === undefined ? undefined : path.resolve(process.env.INIT_CWD ?? process.cwd(), samples),
            key: process.env.SCORESTACK_KEY || undefined,
            deadlineSeconds: deadline,
            connect: connect || undefined,
            headers: header && Object.fromEntries([header]),
            logs,
          },
          say,
        ),
      );
    });
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`'--url' must be an address such as 'https://churn.example.com', got '${text}'`);
  }
  return url;
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([A-Za-z0-9-]+):\s*(\S.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`'--header' must be a name, a colon and a value, got '${text}'`);
  }
  return [name, value];
}

function identityOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new UsageError(`'--identity' must be a content identity of 64 hex characters, got '${text}'`);
  }
  return text;
}
