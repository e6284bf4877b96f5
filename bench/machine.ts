import * as os from "node:os";
import { findPython } from "../provider/python";
import { findOnPath } from "../cli/engine/versions";

/** What the figures were taken on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryInGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly python: string;
  readonly engine: string;
  /** Of the last minute, before the first section. */
  readonly loadAverage: number;
}

export function describeMachine(engine: string): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    memoryInGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    python: findPython().version,
    engine,
    loadAverage: loadAverage(),
  };
}

export function loadAverage(): number {
  return os.loadavg()[0] ?? NaN;
}

export function renderMachine(machine: Machine): string {
  const { cpu, cores, memoryInGiB, kernel, node, python, engine } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryInGiB} GiB, ${kernel}, Node ${node}, Python ${python}, Pulumi ${engine}`,
    `load average ${machine.loadAverage.toFixed(2)}`,
  ].join("\n");
}

/** Puts a program on one core, where the system can: `taskset`, and more cores than one. */
export function onCore(core: number): readonly string[] {
  return canPin() ? ["taskset", "-c", String(core)] : [];
}

export function canPin(): boolean {
  return os.cpus().length > 1 && findOnPath("taskset") !== undefined;
}
