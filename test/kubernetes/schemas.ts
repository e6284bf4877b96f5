import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { definitionFiles, moduleFile, schemaVersions } from "./tools";

/** A JSON schema, as far as it is read here. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}
interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

const textOrNumber = { type: ["string", "number"] };
/** What OpenAPI calls a text, and JSON may write as a number. */
const numeric: Readonly<Record<string, object>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": textOrNumber,
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": textOrNumber,
};

/** Schema of each kind that kubeconform looks for, in a folder for each version of Kubernetes, and `custom` for what others define. */
export function writeSchemas(folder: string): void {
  for (const version of schemaVersions) {
    const swagger = fs.readFileSync(moduleFile("k8s.io/kubernetes", version, "api/openapi-spec/swagger.json"), "utf8");
    const { definitions } = JSON.parse(swagger) as { definitions: Record<string, Schema> };
    const closed = Object.fromEntries(
      Object.entries(definitions).map(([name, schema]) => [name, numeric[name] ?? strict(schema)]),
    );
    const place = path.join(folder, `v${version}`);
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, "definitions.json"), JSON.stringify({ definitions: closed }));
    for (const [name, schema] of Object.entries(definitions)) {
      for (const { group, version: api, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
        // kubeconform takes what stands first in an object's `apiVersion` for its group.
        write(place, [kind, group === "" ? api : group, api], { $ref: `definitions.json#/definitions/${name}` });
      }
    }
  }
  for (const [module, version, file] of Object.values(definitionFiles)) {
    const { spec } = parse(fs.readFileSync(moduleFile(module, version, file), "utf8")) as Definition;
    for (const { name, schema } of spec.versions) {
      write(path.join(folder, "custom"), [spec.names.kind, spec.group, name], strict(schema.openAPIV3Schema));
    }
  }
}

function write(folder: string, words: readonly string[], schema: object): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${words.join("_").toLowerCase()}.json`), JSON.stringify(schema));
}

/** A property that a schema does not name is a mistake, as for a server that is asked to be strict. */
function strict(schema: Schema): Schema {
  if (schema["x-kubernetes-int-or-string"]) {
    return textOrNumber as unknown as Schema;
  }
  const { properties, items, additionalProperties } = schema;
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] ?? schema["x-kubernetes-embedded-resource"] ?? false;
  return {
    ...schema,
    ...(items ? { items: strict(items) } : {}),
    ...(typeof additionalProperties === "object" ? { additionalProperties: strict(additionalProperties) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, named(name, one)])),
          ...(isOpen || additionalProperties !== undefined ? {} : { additionalProperties: false }),
        }
      : {}),
  };
}

/** A definition's `metadata` is Kubernetes' own, of which it says nothing. */
function named(name: string, schema: Schema): Schema {
  return name === "metadata" && schema.properties === undefined ? schema : strict(schema);
}
