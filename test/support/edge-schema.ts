import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv";

const draft04 = require.resolve("ajv/lib/refs/json-schema-draft-04.json");
const folder = path.resolve(__dirname, "../fixtures/iot-edge");

/** What the published schemas say is wrong with the desired properties of a device's agent and hub, one a line. */
export function schemaFaults(content: Readonly<Record<string, unknown>>): string[] {
  const parts = { $edgeAgent: "edgeagent-deployment-1.1.json", $edgeHub: "edgehub-deployment-1.2.json" };
  return Object.entries(parts).flatMap(([twin, file]) => {
    const ajv = new Ajv({ schemaId: "id", meta: false, allErrors: true, unknownFormats: "ignore" });
    ajv.addMetaSchema(JSON.parse(fs.readFileSync(draft04, "utf8")) as object);
    const schema = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as object;
    const holds = ajv.validate(schema, { [twin]: content[twin] }) as boolean;
    return holds ? [] : (ajv.errors ?? []).map(({ dataPath, message }) => `${twin}${dataPath} ${message ?? ""}`);
  });
}

type Tree = Record<string, unknown>;

/** A layered deployment on top of a base, as IoT Hub merges them: each dotted property at its place. */
export function layeredOn(base: Tree, layer: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Tree {
  const merged = structuredClone(base);
  for (const [twin, properties] of Object.entries(layer)) {
    for (const [key, value] of Object.entries(properties)) {
      const [, ...rest] = key.split("properties.desired.");
      const steps = rest.join("").split(".");
      const home = steps
        .slice(0, -1)
        .reduce((at, step) => at[step] as Tree, (merged[twin] as Tree)["properties.desired"] as Tree);
      home[steps.at(-1) ?? ""] = value;
    }
  }
  return merged;
}
