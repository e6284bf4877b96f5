import * as fs from "node:fs";
import * as path from "node:path";
import { Store } from "../../provider/store";
import type { ServiceRecord } from "../../provider/store/records";
import { CliError, Interrupted, UsageError } from "../errors";
import { whileStoppable } from "../interruption";
import { say } from "../output/messages";

/** Stack and service that there are only for a measurement. */
const stackName = "local-profile";
const serviceName = "profiled";

/**
 * Does `work` with a service of a scorer that is started for it as the local stack starts one, from a stack of its own, and
 * stopped afterwards. Its model and image stay in their stores.
 */
export async function withTemporaryService<T>(
  root: string,
  scorer: string,
  work: (service: ServiceRecord) => Promise<T>,
): Promise<T> {
  requireScorer(root, scorer);
  const { setUp } = await import("../set-up");
  const { openStack, removeStack } = await import("../stack");
  const { runOperation } = await import("../operation");
  const { projectProgram } = await import("../program");
  const engine = await setUp(root);
  const program = projectProgram(root, { measured: { name: serviceName, scorer } });
  const open = await openStack({ root, stackName, create: true, clear: true, engine, program });
  try {
    await runOperation(open, "up", { onLine: say });
    const service = (await new Store(root).services()).find(({ name }) => name === serviceName);
    if (!service) {
      throw new CliError(`service '${serviceName}' of stack '${stackName}' is gone; run the command again`);
    }
    return await untilInterrupted(work(service));
  } finally {
    await runOperation(open, "destroy", { onLine: () => undefined });
    await removeStack(open);
  }
}

/** What is measured is given up by a Ctrl-C, so that the service can be stopped. */
function untilInterrupted<T>(work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Interrupted());
    };
  });
  return whileStoppable({ stop, kill: stop }, Promise.race([work, interrupted]));
}

function requireScorer(root: string, name: string): void {
  const folder = path.join(root, "scorers");
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  if (!names.includes(name)) {
    throw new UsageError(
      `'service' must be a service that runs here, or one of the scorers ${names.join(", ")}, got '${name}'`,
    );
  }
}
