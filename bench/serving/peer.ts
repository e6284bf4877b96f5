import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { runUv } from "../../provider/uv";
import { freePort, type ServerSpec } from "./server";

const sources = path.join(__dirname, "mlserver");
const sample = { name: "data", shape: [1, 10], datatype: "FP64" };

export interface PeerScorer {
  /** Class in `mlserver/runtime.py`. */
  readonly implementation: string;
  readonly modelFolder: string;
  readonly row: readonly number[];
  readonly contains: string;
}

/** Interpreter of MLServer's environment below `folder`, made from `mlserver/requirements.txt` at the first call. */
export async function peerPython(root: string, folder: string): Promise<string> {
  const requirements = path.join(sources, "requirements.txt");
  const key = crypto.createHash("sha256").update(fs.readFileSync(requirements)).digest("hex").slice(0, 12);
  const home = path.join(folder, `mlserver-${key}`);
  const [python, whole] = [path.join(home, "bin/python"), path.join(home, "whole")];
  if (!fs.existsSync(whole)) {
    const log = { progress: (line: string) => process.stderr.write(`${line}\n`), info: () => undefined };
    fs.rmSync(home, { recursive: true, force: true });
    await runUv(
      root,
      "MLServer: making an environment",
      ["venv", "--quiet", "--no-project", "--python", "3.11", home],
      log,
    );
    const sync = ["pip", "sync", "--quiet", "--compile-bytecode", "--python", python, requirements];
    await runUv(root, "MLServer: installing", sync, log);
    fs.writeFileSync(whole, "");
  }
  return python;
}

/** MLServer in one process, with the scorer in it and without metrics: its quickest way with one worker. */
export async function peerSpec(python: string, work: string, scorer: PeerScorer): Promise<ServerSpec> {
  const folder = path.join(work, scorer.implementation);
  const grpcPort = await freePort();
  const write = (name: string, content: object): void =>
    fs.writeFileSync(path.join(folder, name), JSON.stringify(content));
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(path.join(sources, "runtime.py"), path.join(folder, "bench_runtime.py"));
  write("model-settings.json", { name: "scorer", implementation: `bench_runtime.${scorer.implementation}` });
  const command = (port: number): string[] => {
    const ports = { http_port: port, grpc_port: grpcPort, metrics_endpoint: null };
    write("settings.json", { host: "127.0.0.1", parallel_workers: 0, debug: false, ...ports });
    return [python, path.join(path.dirname(python), "mlserver"), "start", "."];
  };
  const body = JSON.stringify({ inputs: [{ ...sample, data: scorer.row }] });
  return {
    command,
    env: { ...plainEnvironment(python), PYTHONPATH: folder, BENCH_MODEL_DIR: scorer.modelFolder },
    cwd: folder,
    scoring: { path: "/v2/models/scorer/infer", body, contains: scorer.contains },
  };
}

/** What any server needs of ours. */
export function plainEnvironment(python: string): Record<string, string> {
  const kept = ["HOME", "LANG", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const path_ = `${path.dirname(python)}:${process.env.PATH ?? "/usr/bin:/bin"}`;
  return { ...Object.fromEntries(kept), PATH: path_, PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" };
}
