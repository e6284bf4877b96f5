import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { fromRoot } from "../../components/internal/project";
import { isRecord } from "./shape";

/**
 * Paths of a setting's members that were set with `--secret`: `churn.environmentVariables.TOKEN`, or the empty path where all of it
 * is, or may be. The engine tells a program only that there is a secret somewhere in the setting.
 */
export function secretPaths(key: string): ReadonlySet<string> {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  if (!isConfigSecret(key)) {
    return new Set();
  }
  const paths = new Set<string>();
  const file = fromRoot(`Pulumi.${pulumi.getStack()}.yaml`);
  const stack = fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as unknown) : undefined;
  if (isRecord(stack) && isRecord(stack["config"])) {
    collect(stack["config"][key], "", paths);
  }
  return paths.size > 0 ? paths : new Set([""]);
}

function collect(value: unknown, path: string, paths: Set<string>): void {
  if (Array.isArray(value)) {
    value.forEach((item) => {
      collect(item, path, paths);
    });
  } else if (isRecord(value)) {
    const names = Object.keys(value);
    if (names.length === 1 && typeof value["secure"] === "string") {
      paths.add(path);
    } else {
      names.forEach((name) => {
        collect(value[name], path === "" ? name : `${path}.${name}`, paths);
      });
    }
  }
}
