import type { Values } from "../../../../../provider/rpc/values";
import { listOf, recordOf, textOf } from "../../values";
import type { Rule } from "./rule";

export const referencePage = "learn.microsoft.com/azure/container-instances/container-instances-reference-yaml";

/** A rule about writing a container group. */
export type GroupRule = Omit<Rule, "types" | "on">;

/** The containers of a group. */
export function containersOf(inputs: Values): Values[] {
  return listOf(inputs.containers).map(recordOf);
}

export function allContainers(inputs: Values): Values[] {
  return [...containersOf(inputs), ...listOf(inputs.initContainers).map(recordOf)];
}

export function credentialsOf(inputs: Values): Values[] {
  return listOf(inputs.imageRegistryCredentials).map(recordOf);
}

export function addressOf(inputs: Values): Values {
  return recordOf(inputs.ipAddress);
}

export function portsOf(ports: Values[string] | undefined): string[] {
  return listOf(ports)
    .map(recordOf)
    .map(({ port, protocol }) => `${Number(port)}/${textOf(protocol) || "TCP"}`);
}

export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}
