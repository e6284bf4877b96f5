import type { Command } from "commander";
import type { Changes } from "../output/changes";
import type { Presented } from "../output/summary";
import { type Context, describe, type StackOptions, withJson, withStack } from "./common";

interface StartOptions extends StackOptions {
  readonly json?: boolean;
}

/** `start`: everything, from nothing to running services. */
export function startCommand(context: Context): Command {
  const command = describe(
    "start",
    "Set up what is missing, bring the stack up without asking, and say how to call each service.",
    "npm start",
  );
  return withJson(withStack(command), "counts, resources, outputs, and how to call each service")
    .option("-y, --yes", "start never asks; accepted so that every command takes it")
    .action(async (options: StartOptions) => {
      await runStart(context, options);
    });
}

async function runStart({ root }: Context, { stack: stackName, json }: StartOptions): Promise<void> {
  const { setUp } = await import("../set-up");
  const { openStack } = await import("../stack");
  const { runOperation, toJson } = await import("../operation");
  const { print, printJson, say } = await import("../output/messages");
  const engine = await setUp(root);
  say(`Pulumi ${engine.version} (${engine.file})`);
  const open = await openStack({ root, stackName, create: true, clear: true, engine });
  const changes = await runOperation(open, "up", { onLine: say });
  const services = await presentedServices(root, stackName, changes);
  if (json) {
    const { serviceJson } = await import("../output/summary");
    const entries = services.map((presented) => [presented.service.name, serviceJson(presented, stackName)]);
    printJson({ ...toJson(changes), outputs: changes.outputs, services: Object.fromEntries(entries) as object });
    return;
  }
  const { renderServices } = await import("../output/summary");
  print(`\n${renderServices(services, stackName)}\n`);
  print(await whatChanged(changes));
  print(`Stop with: npm run down${stackName === "local" ? "" : ` -- --stack ${stackName}`}`);
}

/** The services that are here, with what it takes to call each. */
export async function presentedServices(root: string, stackName: string, changes: Changes): Promise<Presented[]> {
  const { Store } = await import("../../provider/store");
  const { servicesOf } = await import("../services");
  const { firstGood, samplesOf } = await import("../samples");
  const { keyPathOf } = await import("../output/summary");
  const store = new Store(root);
  const from = process.env.INIT_CWD ?? process.cwd();
  const services = (await servicesOf(root, store, stackName)).filter((service) => service.state !== "missing");
  return services.map((service) => ({
    service,
    sample: firstGood(samplesOf(store, service.imageIdentity, from)),
    keyPath: keyPathOf(changes.outputs, service.scoringUri),
  }));
}

async function whatChanged(changes: Changes): Promise<string> {
  const { countsLine, isShown } = await import("../operation");
  const { labelOf } = await import("../output/changes");
  if (!changes.moved) {
    return `Nothing has changed (${countsLine(changes.counts)}).`;
  }
  const names = changes.resources.filter(isShown).map((change) => labelOf(change));
  return `Changed: ${countsLine(changes.counts)}${names.length > 0 ? ` (${names.join(", ")})` : ""}.`;
}
