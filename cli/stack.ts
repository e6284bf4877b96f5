import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type PulumiFn, Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { CliError, UsageError } from "./errors";
import { runEngineCommand } from "./engine/command";
import { type Engine, findEngine } from "./engine";
import { clearDeadLocks } from "./locks";
import { keepSettingsClean, passphraseEnvironment, removeBareSettings } from "./passphrase";
import { clearLeftovers } from "./leftovers";
import { clearPendingOperations } from "./pending";
import { openProject, type Project } from "./project";
import { bundleProgram, projectProgram } from "./program";
import { requireSpace } from "./space";
import { isLocalStack } from "./stack-name";
import { mendState, stackStateFile } from "./state";

/** A stack of this project, and the engine that works on it. */
export interface OpenStack {
  readonly project: Project;
  readonly engine: Engine;
  readonly stack: Stack;
  /** What every engine command gets in its environment. */
  readonly environment: Record<string, string>;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

export interface OpenOptions {
  readonly root: string;
  readonly stackName: string;
  /** Make the stack when there is none; without it a `CliError` says that there is none. */
  readonly create?: boolean;
  /** Free the stack of what killed runs have left: for what is going to change it. */
  readonly clear?: boolean;
  /** Program to run in place of the project's own. */
  readonly program?: PulumiFn;
  /** Engine that has been found already. */
  readonly engine?: Engine;
  /** More of the engine's environment, such as what leads it to a stand-in cloud. */
  readonly environment?: Readonly<Record<string, string>>;
}

// Ports come round: over connections that all clients share, an engine on the port of one that has ended would be taken for that one.
Object.assign(clientOptions(), { "grpc.use_local_subchannel_pool": 1 });

/** What the SDK makes its connections to an engine with; its type declarations leave it out, `test/cli/engine.test.ts` holds it. */
export function clientOptions(): object {
  return (pulumi.runtime as unknown as { grpcClientOptions: object }).grpcClientOptions;
}

const stackNameRule = /^[A-Za-z0-9_.-]{1,100}$/;

/** What every command of the engine gets in its environment. */
export function engineEnvironment(project: Project, engine: Engine, stackName: string): Record<string, string> {
  if (project.stateFolder) {
    fs.mkdirSync(project.stateFolder, { recursive: true });
  }
  return {
    PULUMI_BACKEND_URL: project.backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...passphraseEnvironment(project, stackName),
    // A local stack needs no plugin but ours; where the engine had to be built, none could be downloaded either.
    ...(!engine.whole && isLocalStack(stackName) ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** Opens a stack for the Automation API, without making it the one that `pulumi` has selected. */
export async function openStack(options: OpenOptions): Promise<OpenStack> {
  const { root, stackName } = options;
  if (!stackNameRule.test(stackName)) {
    throw new UsageError(`'--stack' must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, got '${stackName}'`);
  }
  if (options.create && !options.program) {
    // Errors in the sources are told before anything is set up.
    bundleProgram(root);
  }
  const project = openProject(root);
  const engine = options.engine ?? (await findEngine(root));
  keepSettingsClean(project, stackName);
  const environment = { ...engineEnvironment(project, engine, stackName), ...options.environment };
  const workspace = await LocalWorkspace.create({
    workDir: root,
    program: options.program ?? projectProgram(root),
    pulumiCommand: engine.command,
    envVars: environment,
  });
  const run = (args: string[], input?: string): Promise<string> =>
    runEngineCommand(engine.command, args, root, environment, input);
  workspace.selectStack = async (name) => {
    const file = stackStateFile(project, name);
    if (!file || !fs.existsSync(file)) {
      await run(["stack", "--show-name", "--stack", name]);
    }
  };
  let isNew = false;
  workspace.createStack = async (name) => {
    await run(["stack", "init", name, "--no-select"]);
    isNew = true;
  };
  if (options.clear) {
    requireSpace(project, stackName);
    await clearDeadLocks(project, stackName);
    await clearLeftovers(project);
  }
  mendState(project, stackName, options.clear === true && isLocalStack(stackName));
  const stack = await selectStack(workspace, options);
  if (options.clear) {
    await clearPendingOperations(project, stackName, run);
  }
  // After each update the Automation API asks for outputs and history, which takes seconds; its events tell us the same.
  workspace.stackOutputs = () => Promise.resolve({});
  stack.info = () => Promise.resolve(undefined);
  return { project, engine, stack, environment, isNew };
}

/** Removes a stack that was made only to look at it. Its settings stay as they were. */
export async function discardIfNew(open: OpenStack): Promise<void> {
  if (open.isNew) {
    await removeStack(open);
  }
}

/** Removes a stack that has no resources. Its settings stay as they were. */
export async function removeStack(open: OpenStack): Promise<void> {
  const args = ["stack", "rm", "--yes", "--preserve-config", open.stack.name];
  await runEngineCommand(open.engine.command, args, open.project.root, open.environment);
  removeBareSettings(open.project, open.stack.name);
}

async function selectStack(workspace: LocalWorkspace, { stackName, create }: OpenOptions): Promise<Stack> {
  if (create) {
    return Stack.createOrSelect(stackName, workspace);
  }
  try {
    return await Stack.select(stackName, workspace);
  } catch (error) {
    if (error instanceof StackNotFoundError) {
      throw new CliError(`there is no stack '${stackName}' yet; make it with: npm run up -- --stack ${stackName}`);
    }
    throw error;
  }
}

/** Outputs of a stack, by name. Secrets stand as `[secret]` unless `showSecrets`. */
export async function stackOutputs(open: OpenStack, showSecrets: boolean): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--json", "--stack", open.stack.name, ...(showSecrets ? ["--show-secrets"] : [])];
  return JSON.parse(await runEngineCommand(open.engine.command, args, open.project.root, open.environment)) as Record<
    string,
    unknown
  >;
}
