import { unknown, type Value, type Values } from "../../../../provider/rpc/values";
import type { ObjectShape, ResourceShape, Shape } from "./shapes";

/** What azure-native says of outputs before the update: the inputs' values where they have one, else that they are not known. */
export function previewOutputs(resource: ResourceShape, inputs: Values): Values {
  return previewObject(resource, resource.outputs, inputs);
}

function previewObject(resource: ResourceShape, shape: ObjectShape, inputs: Values): Values {
  const entries = Object.entries(shape).map(([key, property]): [string, Value] => {
    const value = inputs[key];
    return [key, value === undefined || value === null ? unknown : previewValue(resource, property.shape, value)];
  });
  return Object.fromEntries(entries);
}

function previewValue(resource: ResourceShape, shape: Shape, value: Value): Value {
  if (shape.kind === "array" && Array.isArray(value)) {
    return value.map((item) => previewValue(resource, shape.items, item));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  if (shape.kind === "object") {
    return previewObject(resource, resource.types[shape.type] ?? {}, value);
  }
  if (shape.kind === "map") {
    const { values } = shape;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, previewValue(resource, values, item)]));
  }
  return value;
}
