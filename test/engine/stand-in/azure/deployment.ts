import type { Value, Values } from "../../../../provider/rpc/values";
import { Refusal } from "../package";
import { listOf, recordOf, textOf } from "../values";
import type { Resource } from "./outputs/context";
import { armType, azureTypes } from "./types";

/** A resource that a template asks for. */
export interface TemplateResource {
  readonly id: string;
  readonly type: string;
  readonly inputs: Values;
}

/** What an ARM template asks for. Expressions are parameters alone, such as `[parameters('name')]`. */
export function templateResources({ id, inputs }: Resource): TemplateResource[] {
  const { mode, template, parameters } = recordOf(inputs.properties);
  if (mode !== "Incremental") {
    throw new Refusal(
      "the stand-in deploys templates in mode 'Incremental' only; a complete one would delete what it does not name",
    );
  }
  const scope = id.replace(/\/providers\/.*$/, "");
  return listOf(recordOf(template).resources).map((given) => {
    const wanted = recordOf(evaluate(given, recordOf(parameters)));
    const { type: arm, apiVersion: _version, name, dependsOn: _order, ...body } = wanted;
    const type = azureTypes.find((known) => armType(known).toLowerCase() === textOf(arm).toLowerCase());
    if (type === undefined) {
      throw new Refusal(`the stand-in does not have ${textOf(arm)}: add it to test/engine/stand-in/azure/types.ts`);
    }
    return { id: `${scope}/providers/${pathOf(textOf(arm), textOf(name))}`, type, inputs: body };
  });
}

/** `Microsoft.X/a/b` and `one/two` make `Microsoft.X/a/one/b/two`. */
function pathOf(type: string, name: string): string {
  const [namespace = "", ...collections] = type.split("/");
  const names = name.split("/");
  return [namespace, ...collections.flatMap((collection, index) => [collection, names[index] ?? ""])].join("/");
}

function evaluate(value: Value, parameters: Values): Value {
  if (typeof value === "string") {
    const [, name] = /^\[parameters\('(\w+)'\)\]$/.exec(value) ?? [];
    if (name === undefined && /^\[(?!\[)/.test(value)) {
      throw new Refusal(`the stand-in reads no expression but [parameters('…')] in templates, got ${value}`);
    }
    return name === undefined ? value : (recordOf(parameters[name]).value ?? null);
  }
  if (Array.isArray(value)) {
    return value.map((item) => evaluate(item, parameters));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluate(item, parameters)]));
}
