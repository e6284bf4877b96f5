import type { Command } from "commander";
import {
  type ChangeOptions,
  confirm,
  type Context,
  describe,
  requireConsent,
  withJson,
  withStack,
  withYes,
} from "./common";

interface RotateOptions extends ChangeOptions {
  readonly secondary?: boolean;
}

/** `rotate-key`: makes a key of a service anew. */
export function rotateKeyCommand(context: Context): Command {
  const command = describe(
    "rotate-key",
    "Make a service's primary key anew, without a restart. The old one is refused from then on; the other key stays.",
    "npm run rotate-key -- diabetes-keyed --secondary",
  );
  return withJson(withYes(withStack(command)), "what was done")
    .argument("[service]", "name of the service, if there are several")
    .option("--secondary", "the secondary key, not the primary")
    .action(async (service: string | undefined, options: RotateOptions) => {
      requireConsent(options.yes, "'rotate-key'");
      await runRotation(context, service, options);
    });
}

async function runRotation({ root }: Context, given: string | undefined, options: RotateOptions): Promise<void> {
  const { Store } = await import("../../provider/store");
  const { oneService } = await import("../services");
  const { rotateKey } = await import("../rotate-key");
  const { print, printJson, say } = await import("../output/messages");
  const { stack, yes, json, secondary } = options;
  const { name } = await oneService(root, new Store(root), stack, given);
  const key = secondary ? "secondary" : "primary";
  const onLine = json ? say : print;
  const agree = (): Promise<void> =>
    yes ? Promise.resolve() : confirm(`Make the ${key} key of service '${name}' anew, so that the old one is refused?`);
  const rotatedAt = await rotateKey({ root, stackName: stack, name, key, onLine }, agree);
  if (json) {
    printJson({ service: name, key, rotatedAt });
    return;
  }
  print(`The ${key} key of ${name} is new; the old one is refused.`);
  const where = stack === "local" ? "" : ` --stack ${stack}`;
  print(`See it with: npm run -s outputs -- services.${name}.${key}Key --show-secrets${where}`);
}
