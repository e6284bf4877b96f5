import { compare } from "../../../../provider/rpc/diff";
import { topLevel, unknown, type Value, type Values } from "../../../../provider/rpc/values";
import { autoName } from "../azure/ids";
import type { Cloud } from "../cloud";
import type { ChangeCall, CheckCall, Compared, DeleteCall, Made, Package, Seen, Subject } from "../package";
import { Refusal } from "../package";
import { textOf } from "../values";
import type { Typings } from "../typings";
import { checkInputs } from "../typings/check";
import { runScript } from "./run";

/** `command:local:Command`: known command lines get a plausible answer, and none is run on this machine but scripts of this project. */
export class CommandPackage implements Package {
  readonly name = "command";
  readonly version: string;

  constructor(
    private readonly cloud: Cloud,
    private readonly typings: Typings,
    private readonly root: string,
  ) {
    this.version = typings.version("command") ?? "0.0.0";
  }

  configure(): void {
    // It has no settings.
  }

  check({ token, inputs }: CheckCall) {
    const shape = this.typings.resource(token);
    if (!shape || token !== "command:local:Command") {
      throw new Refusal(`the stand-in does not have ${token}; it has command:local:Command`);
    }
    return { inputs, failures: checkInputs(shape, inputs) };
  }

  /** Triggers need a new resource where no `update` says what else to do. */
  compare(_: Subject, { inputs: olds }: Seen, inputs: Values): Compared {
    const changes = compare(olds, inputs);
    const isFixed = inputs.update === undefined;
    const replaces = Object.keys(changes).filter((path) => isFixed && topLevel(path) === "triggers");
    return { changes, replaces, deleteBeforeReplace: false };
  }

  preview({ inputs, old }: ChangeCall): Values {
    const changed = old === undefined || Object.keys(compare(old.inputs, inputs)).length > 0;
    const output = (key: string): Value => (changed ? unknown : (old.outputs[key] ?? unknown));
    return { ...inputs, stdout: output("stdout"), stderr: output("stderr") };
  }

  create(call: ChangeCall): Made {
    const seed = Buffer.from(call.urn + this.cloud.stable(String(Date.now()), 8));
    return this.run(call, autoName("random", call.name, seed), call.inputs.create);
  }

  update(call: ChangeCall): Made {
    return this.run(call, call.old?.id ?? "", call.inputs.update ?? call.inputs.create);
  }

  read(_: Subject, __: string, olds: Seen): Seen {
    return olds;
  }

  delete({ inputs, outputs, ran }: DeleteCall): void {
    if (typeof inputs.delete === "string") {
      ran(inputs.delete);
      this.answer(inputs.delete, inputs, outputs);
    }
  }

  invoke(token: string): Values {
    throw new Refusal(`the stand-in does not have ${token}: commands that run at every preview are not rehearsed`);
  }

  private run(call: ChangeCall, id: string, script: Value | undefined): Made {
    const { inputs, secretPaths, ran, say, old } = call;
    // What depends on a secret is secret: the package takes every output to depend on every input.
    const secrets = secretPaths.size > 0 ? ["stdout", "stderr"] : [];
    if (typeof script !== "string") {
      return { id, outputs: { ...inputs, stdout: "", stderr: "" }, secrets };
    }
    ran(secretPaths.has("create") || secretPaths.has("update") ? "[secret]" : script);
    const stdout = this.answer(script, inputs, old?.outputs ?? {});
    if (/^(stdout|stdoutAndStderr)$/.test(typeof inputs.logging === "string" ? inputs.logging : "stdoutAndStderr")) {
      // As the real package does, even where stdout is secret: pulumi/pulumi-command#260.
      say(stdout.trimEnd());
    }
    return { id, outputs: { ...inputs, stdout: stdout.trimEnd(), stderr: "" }, secrets };
  }

  private answer(text: string, inputs: Values, before: Values): string {
    const previous: Record<string, string> =
      inputs.addPreviousOutputInEnv === false || before.stdout === undefined
        ? {}
        : { PULUMI_COMMAND_STDOUT: textOf(before.stdout), PULUMI_COMMAND_STDERR: textOf(before.stderr) };
    return runScript(
      {
        text,
        interpreter: inputs.interpreter as string[] | undefined,
        environment: { ...(inputs.environment as Record<string, string> | undefined), ...previous },
        folder: typeof inputs.dir === "string" ? inputs.dir : this.root,
        cause: JSON.stringify(inputs.triggers ?? inputs.create ?? ""),
      },
      this.cloud,
    );
  }
}
