import { stringify } from "yaml";

/** Outputs of a stack as lines to read. */
export function renderOutputs(outputs: Record<string, unknown>): string {
  return Object.keys(outputs).length === 0 ? "No outputs." : stringify(outputs, { lineWidth: 0 }).trimEnd();
}

/** The value at a path such as `services.wine.primaryKey`; undefined when there is none. */
export function outputAt(outputs: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      outputs,
    );
}
