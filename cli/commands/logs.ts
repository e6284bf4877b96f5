import type { Command } from "commander";
import { type Context, describe, type StackOptions, wholeNumber, withStack } from "./common";

interface LogsOptions extends StackOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

/** `logs`: what the services have written. */
export function logsCommand(context: Context): Command {
  const command = describe(
    "logs",
    "Print the last lines that the services have logged; of all of them, or of one.",
    "npm run -s logs -- wine --follow",
  );
  return withStack(command)
    .argument("[service]", "name of one service")
    .option("-f, --follow", "go on with new lines until Ctrl-C")
    .option("-n, --lines <number>", "lines of each service", wholeNumber("--lines", 0), 100)
    .action(async (service: string | undefined, options: LogsOptions) => {
      await runLogs(context, service, options);
    });
}

async function runLogs({ root }: Context, name: string | undefined, options: LogsOptions): Promise<void> {
  const { Store } = await import("../../provider/store");
  const { oneService, servicesOf } = await import("../services");
  const { LogReader } = await import("../log-reader");
  const { CliError } = await import("../errors");
  const { print } = await import("../output/messages");
  const store = new Store(root);
  const services =
    name === undefined
      ? (await servicesOf(root, store, options.stack)).filter((service) => service.state !== "missing")
      : [await oneService(root, store, options.stack, name)];
  if (services.length === 0) {
    throw new CliError(
      `stack '${options.stack}' has no services here; bring them up with: npm run up -- --stack ${options.stack}`,
    );
  }
  const width = Math.max(...services.map((service) => service.name.length));
  const readers = services.map((service) => ({
    prefix: services.length > 1 ? `${service.name.padEnd(width)} | ` : "",
    reader: new LogReader(service.logFile),
  }));
  const show = (prefix: string, lines: readonly string[]): void => {
    lines.forEach((line) => {
      print(prefix + line);
    });
  };
  readers.forEach(({ prefix, reader }) => {
    show(prefix, reader.last(options.lines));
  });
  while (options.follow) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    readers.forEach(({ prefix, reader }) => {
      show(prefix, reader.fresh());
    });
  }
}
