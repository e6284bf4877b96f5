import { type ChildProcess, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { temporaryFolder } from "../support/folder";
import type { Manifest } from "./rendered";
import { tools } from "./tools";

/** An object as the server has it. */
export interface Stored extends Manifest {
  readonly metadata: Manifest["metadata"] & { readonly resourceVersion: string; readonly generation?: number };
}
/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly body: Stored & { readonly message?: string };
}

/** Kinds that are sent, as the addresses of the server have them. */
const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  CustomResourceDefinition: "customresourcedefinitions",
};
const withoutNamespace = ["Namespace", "CustomResourceDefinition"];
const startSeconds = 90;

/** A real kube-apiserver with an etcd, both on 127.0.0.1. Nothing else of a cluster: no controllers, no scheduler, no nodes. */
export class ApiServer {
  private readonly agent = new Agent({ connect: { rejectUnauthorized: false } });
  private readonly token = crypto.randomBytes(16).toString("hex");
  private readonly home = temporaryFolder("kubernetes");
  private readonly processes: ChildProcess[] = [];
  private port = 0;

  static async start(): Promise<ApiServer> {
    const server = new ApiServer();
    try {
      await server.run();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Applies an object on the server's side, as `@pulumi/kubernetes` and `kubectl apply --server-side` do. */
  apply(object: Manifest): Promise<Answer> {
    const query = "fieldManager=scorestack-test&fieldValidation=Strict";
    return this.call(
      "PATCH",
      `${placeOf(object)}/${object.metadata.name}?${query}`,
      object,
      "application/apply-patch+yaml",
    );
  }

  create(object: Manifest): Promise<Answer> {
    return this.call("POST", placeOf(object), object);
  }

  read(object: Manifest): Promise<Answer> {
    return this.call("GET", `${placeOf(object)}/${object.metadata.name}`);
  }

  /** Sets the number of replicas as a scaler does: not by the object, but by what Kubernetes has for scalers. */
  scale(object: Manifest, replicas: number): Promise<Answer> {
    const place = `${placeOf(object)}/${object.metadata.name}/scale`;
    return this.call("PATCH", place, { spec: { replicas } }, "application/merge-patch+json");
  }

  /** Waits until objects of a kind that was just defined can be sent. */
  async waitFor(object: Manifest): Promise<void> {
    await this.until(async () => (await this.call("GET", placeOf(object))).status === 200, placeOf(object));
  }

  async stop(): Promise<void> {
    for (const child of this.processes.reverse()) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        await Promise.race([ended, sleep(10_000).then(() => child.kill("SIGKILL"))]);
      }
    }
    await this.agent.destroy();
    this.home.remove();
  }

  private async run(): Promise<void> {
    const [etcdPort, peerPort, port] = await freePorts(3);
    this.port = port ?? 0;
    const within = (name: string): string => path.join(this.home.folder, name);
    const [etcd, peer] = [`http://127.0.0.1:${etcdPort ?? 0}`, `http://127.0.0.1:${peerPort ?? 0}`];
    this.spawn("etcd", tools.etcd, [
      ...["--data-dir", within("etcd"), "--unsafe-no-fsync"],
      ...["--listen-client-urls", etcd, "--advertise-client-urls", etcd],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`],
    ]);
    const { privateKey } = crypto.generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    fs.writeFileSync(within("accounts.pem"), privateKey, { mode: 0o600 });
    fs.writeFileSync(within("tokens.csv"), `${this.token},tester,tester,system:masters\n`, { mode: 0o600 });
    this.spawn("kube-apiserver", tools.apiServer, [
      ...["--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1"],
      ...["--secure-port", String(this.port), "--cert-dir", within("certificates")],
      ...["--service-cluster-ip-range", "10.0.0.0/24", "--authorization-mode", "RBAC"],
      ...["--token-auth-file", within("tokens.csv"), "--service-account-issuer", "https://scorestack.test"],
      ...["--service-account-key-file", within("accounts.pem")],
      ...["--service-account-signing-key-file", within("accounts.pem")],
      "--endpoint-reconciler-type=none",
    ]);
    await this.until(async () => (await this.call("GET", "/readyz")).status === 200, "/readyz");
  }

  private spawn(name: string, program: string, words: readonly string[]): void {
    const log = fs.openSync(path.join(this.home.folder, `${name}.log`), "w");
    this.processes.push(spawn(program, words, { stdio: ["ignore", log, log], cwd: this.home.folder }));
    fs.closeSync(log);
  }

  private async until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + startSeconds * 1000;
    while (!(await holds().catch(() => false))) {
      const dead = this.processes.find(({ exitCode }) => exitCode !== null);
      if (dead || Date.now() > deadline) {
        throw new Error(`${what} did not answer${dead ? `: ${dead.spawnfile} ended` : ""}\n${this.logs()}`);
      }
      await sleep(200);
    }
  }

  private logs(): string {
    const files = fs.readdirSync(this.home.folder).filter((name) => name.endsWith(".log"));
    return files.map((file) => fs.readFileSync(path.join(this.home.folder, file), "utf8").slice(-2000)).join("\n");
  }

  private async call(method: "GET" | "POST" | "PATCH", place: string, object?: object, type = "application/json") {
    const { statusCode, body } = await request(`https://127.0.0.1:${this.port}${place}`, {
      method,
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${this.token}`, ...(object ? { "content-type": type } : {}) },
      ...(object ? { body: JSON.stringify(object) } : {}),
    });
    const text = await body.text();
    return {
      status: statusCode,
      body: (text.startsWith("{") ? JSON.parse(text) : { message: text }) as Answer["body"],
    };
  }
}

function placeOf({ apiVersion, kind, metadata: { namespace } }: Manifest): string {
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return withoutNamespace.includes(kind) ? `${group}/${plural}` : `${group}/namespaces/${namespace ?? ""}/${plural}`;
}

/** Ports that nobody listens on; each is held until all are found. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
