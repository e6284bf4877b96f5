import * as pulumi from "@pulumi/pulumi";
import { setImmediate } from "node:timers/promises";
import { CliError } from "../errors";
import { localTokens } from "../../components/internal/local-contract";
import type { MadeBefore } from "./made";
import { placeholderMark, type StackSettings } from "./settings";

/** A resource that a program registered, as it went over the wire: with marks for secrets and for what is not known. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a program is run with. */
export interface Recording extends StackSettings {
  readonly project: string;
  readonly stack: string;
  /** What the stack had when it was made; undefined where it was not. */
  readonly madeBefore: MadeBefore;
  /** Outputs of a stack that the program refers to. */
  readonly outputsOf: (reference: string) => Promise<Readonly<Record<string, unknown>>>;
}

interface Request {
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}
interface Monitor {
  registerResource(request: Request, answer: unknown): Promise<void>;
}

/** Runs a program as in a preview, with no engine and no provider, and tells what it registered. */
export async function recordProgram(program: () => Promise<unknown>, recording: Recording): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const refusals: unknown[] = [];
  await pulumi.runtime.setMocks(mocksOf(recording, refusals), recording.project, recording.stack, true, "organization");
  pulumi.runtime.setAllConfig({ ...recording.config }, [...recording.secretKeys]);
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) => {
    recorded.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() ?? {},
    });
    return register(request, answer);
  };
  await settled(program).catch((error: unknown) => {
    // The SDK would say no more than that something could not be read.
    throw refusals[0] ?? error;
  });
  return recorded;
}

/** What a resource has beside its inputs is not known unless it was made before; a made key is one, and secret. */
function mocksOf({ outputsOf, madeBefore }: Recording, refusals: unknown[]): pulumi.runtime.Mocks {
  return {
    newResource: async ({ type, name, inputs, id }) => {
      const known = inputs as Record<string, unknown>;
      if (type === "pulumi:pulumi:StackReference") {
        const outputs = await outputsOf(String(known["name"])).catch((error: unknown) => {
          refusals.push(error);
          throw error;
        });
        return { id: String(known["name"]), state: { ...known, outputs, secretOutputNames: [] } };
      }
      if (type === localTokens.serviceKeys) {
        return { id, state: { ...known, ...madeKeys(name, known) } };
      }
      const made = isLookedUp(type) ? madeBefore(type, name, known) : undefined;
      return { id: made?.id ?? id, state: { ...made?.outputs, ...known } };
    },
    call: ({ token }) => {
      const refusal = new CliError(
        `the program asks a cloud (${token}), which 'render' does not: give what it asks for in the stack's settings`,
      );
      refusals.push(refusal);
      throw refusal;
    },
  };
}

/** What objects name. Of a cluster or a workspace that is known, the program would ask the cloud for credentials. */
function isLookedUp(type: string): boolean {
  return /^azure-native:(managedidentity|applicationinsights):/.test(type);
}

function madeKeys(name: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const keys = ["primaryKey", "secondaryKey"].map((key) => [
    key,
    given[key] ?? pulumi.secret(`${placeholderMark}:${name}.${key}`),
  ]);
  return Object.fromEntries(keys) as Record<string, unknown>;
}

/** Waits until all that the program began is done; its first error, also in an `apply`, ends it. */
async function settled(program: () => Promise<unknown>): Promise<void> {
  const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error instanceof Error ? error : new Error(String(error)));
    };
  });
  process.on("unhandledRejection", fail);
  try {
    await Promise.race([program().then(waitForRPCs).then(setImmediate), failed]);
  } finally {
    process.off("unhandledRejection", fail);
  }
}
