import type { Release } from "../provider/service/files";
import { Store } from "../provider/store";
import { describeService } from "../provider/service/describe";
import { CliError } from "./errors";
import { openService, updateService } from "./one-service";
import { inTurn } from "./locks";
import { runOperation } from "./operation";
import type { Changes } from "./output/changes";
import { openProject } from "./project";
import { bundleProgram } from "./program";
import { openStack } from "./stack";
import { type SettingPath, withSetting } from "./stack-settings";
import { chainOf, type PlannedResource } from "./chain";

export interface RollbackOptions {
  readonly root: string;
  readonly stackName: string;
  /** Name of the service. */
  readonly name: string;
  readonly onLine: (line: string) => void;
}

/** Pins a service to the image of a release and updates the service alone. */
export async function rollBack(options: RollbackOptions, { imageIdentity }: Release): Promise<Changes> {
  const { root, stackName, name, onLine } = options;
  requireProgram(root);
  const project = openProject(root);
  const answers = (): boolean => describeService(new Store(root).serviceFolder(name))?.imageIdentity === imageIdentity;
  const pin = [pinPlace(name), imageIdentity] as const;
  return inTurn(project, stackName, async () => {
    const service = await openService(root, stackName, { name, imageIdentity });
    return withSetting(project, stackName, pin, () => updateService(service, onLine), answers);
  });
}

/**
 * Takes the pin off a service and updates it, its image and the models in that, and nothing else. `agree` is told what would
 * move, and throws to leave everything as it is. Undefined where the program has no such service any more.
 */
export async function undoRollback(
  options: RollbackOptions,
  agree: (plan: readonly string[]) => Promise<void>,
): Promise<Changes | undefined> {
  return inTurn(openProject(options.root), options.stackName, () => undo(options, agree));
}

async function undo(
  { root, stackName, name, onLine }: RollbackOptions,
  agree: (plan: readonly string[]) => Promise<void>,
): Promise<Changes | undefined> {
  const open = await openStack({ root, stackName, create: true, clear: true });
  return withSetting(open.project, stackName, [pinPlace(name), undefined], async () => {
    const steps: PlannedResource[] = [];
    await runOperation(open, "preview", {
      onLine: () => undefined,
      onEvent: ({ resourcePreEvent: step }) => step?.metadata.new && steps.push(step.metadata.new),
    });
    const target = chainOf(steps, name);
    if (target.length === 0) {
      return undefined;
    }
    const plan: string[] = [];
    await runOperation(open, "preview", { target, onLine: (line) => plan.push(line) });
    await agree(plan);
    return runOperation(open, "up", { target, onLine });
  });
}

function pinPlace(name: string): SettingPath {
  return ["scorestack:pins", name];
}

/** Faults of the program itself are told before anything is set; those of scorers don't matter to a rollback. */
function requireProgram(root: string): void {
  try {
    bundleProgram(root);
  } catch (error) {
    const remedy = "put index.ts, stacks/ and components/ back as they were, and run the command again";
    throw error instanceof CliError ? new CliError(`${error.message}\n${remedy}`) : error;
  }
}
