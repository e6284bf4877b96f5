import * as path from "node:path";
import { numbered, readJson, remove, writeJson } from "../store/files";
import type { ProcessIdentity } from "./process";
import type { SecretsDigest } from "./secrets";

/** What should answer; read by the supervisor (`supervisor/supervisor.py`). */
export interface Desired {
  serial: number;
  port: number;
  revision: number;
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  /** Folder of the image's bundle, whose files are held against `image.json` before the server is admitted; none for a container. */
  image?: string;
  workers: number;
  startTimeoutSeconds: number;
  drainSeconds: number;
  /** Secret environment variables, which come by another way. */
  secrets?: SecretsDigest;
}

export interface Failure {
  serial: number;
  revision: number;
  problem: string;
  boot: { failures: { sample: string; problem: string; log: string }[] } | null;
  log: string[];
}

/** What does answer; written by the supervisor. */
export interface Status extends ProcessIdentity {
  state: "starting" | "running" | "restarting" | "failed";
  serial: number;
  revision: number;
  /** `reports` is the folder that its workers report to. */
  server: { pid: number; startedAt: number; reports?: string } | null;
  restarts: number;
  failure: Failure | null;
}

/** A release of a service, kept for going back: everything but secrets. */
export interface Release {
  revision: number;
  imageIdentity: string;
  imageId: string;
  modelIds: string[];
  port: number;
  /** Left out by releases before there was a choice, which are of processes. */
  engine?: "process" | "docker";
  createdAt: string;
  /** Until it has answered. */
  unproven?: true;
}

/** The folder of one service: `services/<name>/`. */
export class ServiceFolder {
  constructor(readonly path: string) {}

  get name(): string {
    return path.basename(this.path);
  }

  get logFile(): string {
    return this.file("log/service.log");
  }

  get keysFile(): string {
    return this.file("keys.json");
  }

  /** Where the supervisor takes secret environment variables. */
  get secretsFifo(): string {
    return this.file("secrets.fifo");
  }

  /** A name in the folder; an absolute path is taken as it is. */
  file(name: string): string {
    return path.resolve(this.path, name);
  }

  desired(): Desired | undefined {
    return readJson(this.file("desired.json")) as Desired | undefined;
  }

  /** Holds the plain environment variables of the service, so only its owner may read it. */
  writeDesired(desired: Desired): void {
    writeJson(this.file("desired.json"), desired, 0o600);
  }

  removeDesired(): void {
    remove(this.file("desired.json"));
  }

  status(): Status | undefined {
    return readJson(this.file("status.json")) as Status | undefined;
  }

  release(revision: number): Release | undefined {
    return readJson(this.file(`revisions/${revision}/release.json`)) as Release | undefined;
  }

  releases(): Release[] {
    return numbered(this.file("revisions")).flatMap((revision) => this.release(revision) ?? []);
  }

  writeRelease(release: Release): void {
    writeJson(this.file(`revisions/${release.revision}/release.json`), release);
  }

  removeRelease(revision: number): void {
    remove(this.file(`revisions/${revision}`));
  }

  remove(): void {
    remove(this.path);
  }
}
