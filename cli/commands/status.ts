import type { Command } from "commander";
import type { ServiceRecord } from "../../provider/store/records";
import type { MissingService } from "../services";
import { type Context, describe, type StackOptions, withJson, withStack } from "./common";

interface StatusOptions extends StackOptions {
  readonly json?: boolean;
}

type Row = ServiceRecord | MissingService;

/** `status`: how the services are. */
export function statusCommand(context: Context): Command {
  const command = describe(
    "status",
    "Show the stack's services on this machine. Exit code 1 when one of them does not run.",
    "npm run -s status -- --json",
  );
  return withJson(withStack(command), "them").action(async (options: StatusOptions) => {
    await runStatus(context, options);
  });
}

async function runStatus({ root, setExitCode }: Context, { stack, json }: StatusOptions): Promise<void> {
  const { Store } = await import("../../provider/store");
  const { servicesOf } = await import("../services");
  const { print, printJson, say } = await import("../output/messages");
  const services = await servicesOf(root, new Store(root), stack);
  if (services.some(({ state }) => state !== "running")) {
    setExitCode(1);
  }
  if (json) {
    printJson(services);
  } else if (services.length === 0) {
    say(`Stack '${stack}' has no services here; bring them up with: npm run up -- --stack ${stack}`);
  } else {
    print(await statusTable(services));
    for (const service of services) {
      const problem =
        service.state === "missing" ? "not on this machine; npm run refresh, then npm start" : service.problem;
      if (problem) {
        say(`${service.name}: ${problem}`);
      }
    }
  }
}

async function statusTable(services: readonly Row[]): Promise<string> {
  const { formatBytes, formatDuration, renderTable } = await import("../output/table");
  const { default: pc } = await import("picocolors");
  const known = (value: (service: ServiceRecord) => string | undefined) => (row: Row) =>
    (row.state === "missing" ? undefined : value(row)) ?? "-";
  return renderTable(services, [
    { title: "SERVICE", value: ({ name }) => name },
    { title: "STATE", value: ({ state }) => state, color: ({ state }) => (state === "running" ? pc.green : pc.red) },
    { title: "REVISION", value: known(({ revision }) => String(revision)), align: "right" },
    { title: "IMAGE", value: known(({ imageId }) => imageId) },
    { title: "MODELS", value: known(({ modelIds }) => modelIds.join(",")) },
    { title: "ADDRESS", value: known(({ scoringUri }) => scoringUri) },
    { title: "PID", value: known(({ pid }) => pid?.toString()), align: "right" },
    {
      title: "UPTIME",
      value: known(({ startedAt }) => startedAt && formatDuration(Date.now() - Date.parse(startedAt))),
      align: "right",
    },
    { title: "RESTARTS", value: known(({ restarts }) => String(restarts)), align: "right" },
    {
      title: "MEMORY",
      value: known(({ memoryInBytes }) => (memoryInBytes === undefined ? undefined : formatBytes(memoryInBytes))),
      align: "right",
    },
  ]);
}
