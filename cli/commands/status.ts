import type { Command } from "commander";
import type { Health, ServiceRecord } from "../../provider/store/records";
import type { MissingService } from "../services";
import { type Context, describe, type StackOptions, withJson, withStack } from "./common";

interface StatusOptions extends StackOptions {
  readonly json?: boolean;
}

type Row = (ServiceRecord | MissingService) & {
  /** Identity of the image that the service is held at (`npm run rollback`). */
  readonly pinnedTo?: string;
  /** What it said when it was asked; undefined when it does not run. */
  readonly health?: Health;
};

/** How long a service has to answer. */
const askMs = 2000;

/** `status`: how the services are. */
export function statusCommand(context: Context): Command {
  const command = describe(
    "status",
    "Show the stack's services on this machine, and ask each who it is. Exit code 1 when one is not healthy.",
    "npm run -s status -- --json",
  );
  return withJson(withStack(command), "them").action(async (options: StatusOptions) => {
    await runStatus(context, options);
  });
}

async function runStatus({ root, setExitCode }: Context, { stack, json }: StatusOptions): Promise<void> {
  const { Store } = await import("../../provider/store");
  const { servicesOf } = await import("../services");
  const { pinsOf } = await import("../releases");
  const { openProject } = await import("../project");
  const { print, printJson, say } = await import("../output/messages");
  const { healthOf } = await import("../../provider/service/probe");
  const pins = pinsOf(openProject(root), stack);
  const services: Row[] = await Promise.all(
    (await servicesOf(root, new Store(root), stack)).map(async (service) => ({
      ...service,
      pinnedTo: pins[service.name],
      health: service.state === "running" ? await healthOf(service.port, service.imageIdentity, askMs) : undefined,
    })),
  );
  if (services.some(({ health }) => health !== "ok")) {
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
      if (service.pinnedTo !== undefined) {
        const image = service.pinnedTo.slice(0, 12);
        say(
          `${service.name}: pinned to image ${image}; npm run rollback -- ${service.name} --undo lets it follow its scorer`,
        );
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
    {
      title: "HEALTH",
      value: ({ health }) => health ?? "-",
      color: ({ health }) => (health === "ok" ? pc.green : pc.red),
    },
    { title: "ENGINE", value: known(({ engine }) => engine) },
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
    { title: "REQUESTS", value: known(({ requests }) => requests?.toString()), align: "right" },
    { title: "ERRORS", value: known(errorsOf), align: "right" },
    {
      title: "MEMORY",
      value: known(({ memoryInBytes }) => (memoryInBytes === undefined ? undefined : formatBytes(memoryInBytes))),
      align: "right",
    },
  ]);
}

/** `3`, with what kind they are: `3 (1 4xx, 2 5xx)`; undefined where nobody counts. */
function errorsOf({ clientErrors, serverErrors }: ServiceRecord): string | undefined {
  if (clientErrors === undefined || serverErrors === undefined) {
    return undefined;
  }
  const kinds = [clientErrors && `${clientErrors} 4xx`, serverErrors && `${serverErrors} 5xx`].filter(Boolean);
  return [String(clientErrors + serverErrors), ...(kinds.length > 0 ? [`(${kinds.join(", ")})`] : [])].join(" ");
}
