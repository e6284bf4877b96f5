import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { Client } from "undici";
import { parseDocument } from "yaml";
import { quantile } from "../cli/profiling/measure";
import { dollarsPerHour } from "../components/fpga/machines";
import { type Desired, ServiceFolder } from "../provider/service/files";
import { stop } from "../provider/service/supervisor";
import { Store } from "../provider/store";
import { Clone } from "../test/support/clone";
import { using } from "./cleanup";
import { compare, interleave, type MeasureSpec, type Sample } from "./comparison";
import type { Section } from "./main";

const networks = { "8-bit": "digits-int8", float: "digits" } as const;
const latencies: readonly MeasureSpec[] = [
  { name: "p50", unit: "ms", better: "lower" },
  { name: "p95", unit: "ms", better: "lower" },
];
const served: readonly MeasureSpec[] = [
  ...latencies,
  { name: "accuracy", unit: "", better: "higher" },
  { name: "same label as float", unit: "share", better: "higher" },
];
const price: readonly MeasureSpec[] = [{ name: "list price", unit: "$/h", better: "lower" }];
const side = 8;

/** Images as a caller sends them, and what they show. */
interface HeldOut {
  readonly bodies: readonly Buffer[];
  readonly digits: readonly number[];
}

/** The network of `digits` in 8-bit integers beside its float one, on the CPU; and what a machine for either successor costs. */
export const fpga: Section = async ({ quick }, tell) => {
  await using(makeClone(), removeClone, async (clone) => {
    const { code, stderr } = await clone.run("up", "--yes");
    if (code !== 0) {
      throw new Error(`up ended with ${String(code)}\n${stderr}`);
    }
    const images = await heldOut(desired(clone, "diabetes").argv[0] ?? "", quick);
    const rounds = quick ? 1 : 5;
    const truth = (await classify(desired(clone, networks.float).port, images)).labels;
    const turn = (service: string) => async (): Promise<Sample> => {
      const { labels, sortedMs } = await classify(desired(clone, service).port, images);
      return {
        ...quantiles(sortedMs),
        accuracy: share(labels, images.digits),
        "same label as float": share(labels, truth),
      };
    };
    tell(compare("held-out digits, served", served, await interleave(rounds, each(turn))));
    const alone = (service: string) => () => networkAlone(clone, service);
    tell(compare("the networks alone", latencies, await interleave(rounds, each(alone))));
  });
  const sizes = ["Standard_NC4as_T4_v3", "Standard_NP10s"];
  const prices = sizes.map((size) => [size, [{ "list price": dollarsPerHour[size] ?? NaN }]] as const);
  tell(compare("a node, East US, November 2026", price, Object.fromEntries(prices)));
};

function each<T>(make: (service: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(networks).map(([name, service]) => [name, make(service)]));
}

/** `diabetes` brings the environment that has the data. */
function makeClone(): Clone {
  const clone = Clone.make("bench-fpga").keepScorers("diabetes", ...Object.values(networks));
  clone.edit("Pulumi.yaml", (text) => {
    const project = parseDocument(text);
    project.setIn(["config", "services", "default"], { [networks["8-bit"]]: {} });
    return project.toString();
  });
  return clone;
}

async function removeClone(clone: Clone): Promise<void> {
  await clone.run("down", "--yes");
  await Promise.all(new Store(clone.folder).serviceFolders().map(stop));
  clone.discard();
}

function desired(clone: Clone, service: string): Desired {
  return new ServiceFolder(clone.path(".scorestack/services", service)).desired() as Desired;
}

async function heldOut(python: string, quick: boolean): Promise<HeldOut> {
  const { pixels, digits } = (await runPython(python, "held_out.py")) as { pixels: number[][]; digits: number[] };
  const count = quick ? 50 : pixels.length;
  return { bodies: pixels.slice(0, count).map(bitmap), digits: digits.slice(0, count) };
}

/** Sends one image after the other, on one connection. */
async function classify(
  port: number,
  { bodies }: HeldOut,
): Promise<{ readonly labels: number[]; readonly sortedMs: number[] }> {
  const client = new Client(`http://127.0.0.1:${port}`);
  const labels: number[] = [];
  const milliseconds: number[] = [];
  try {
    for (const body of bodies) {
      const started = performance.now();
      const headers = { "Content-Type": "image/bmp" };
      const reply = await client.request({ method: "POST", path: "/score", headers, body });
      const { label } = (await reply.body.json()) as { label: number };
      milliseconds.push(performance.now() - started);
      labels.push(label);
    }
  } finally {
    await client.close();
  }
  return { labels, sortedMs: milliseconds.sort((one, other) => one - other) };
}

async function networkAlone(clone: Clone, service: string): Promise<Sample> {
  const model = clone.path("scorers", service, "model/digits-mlp.onnx");
  return (await runPython(desired(clone, service).argv[0] ?? "", "network_alone.py", model)) as Sample;
}

async function runPython(python: string, script: string, ...args: readonly string[]): Promise<unknown> {
  const options = { maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(python, [path.join(__dirname, "fpga", script), ...args], options);
  return JSON.parse(stdout);
}

function quantiles(sorted: readonly number[]): Sample {
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

function share(labels: readonly number[], others: readonly number[]): number {
  return labels.filter((label, index) => label === others[index]).length / labels.length;
}

/** A BMP with 24 bits a pixel: no other form is made of a header and the bare pixels. */
function bitmap(grey: readonly number[]): Buffer {
  const header = Buffer.alloc(54);
  header.write("BM", 0, "latin1");
  header.writeUInt32LE(header.length + grey.length * 3, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(side, 18);
  // Negative: the first row is the top one.
  header.writeInt32LE(-side, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return Buffer.concat([header, Buffer.from(grey.flatMap((value) => [value, value, value]))]);
}
