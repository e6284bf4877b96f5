import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../contract/http";
import { dockerFile } from "./host";
import { freePort } from "../support/free-port";

const registryProgram = "/usr/bin/docker-registry";
/** Why there is no registry for these tests; undefined when there is one. */
export const whyNoRegistry = fs.existsSync(registryProgram)
  ? undefined
  : "docker-registry not found: apt-get install docker-registry";

/** A registry on 127.0.0.1, which Docker takes without a certificate. */
export class Registry {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly host: string,
  ) {}

  static async start(folder: string): Promise<Registry> {
    fs.mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const settings = `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\nhttp:\n  addr: 127.0.0.1:${port}\n`;
    fs.writeFileSync(path.join(folder, "config.yml"), settings);
    const words = ["--pdeathsig", "TERM", registryProgram, "serve", path.join(folder, "config.yml")];
    const registry = new Registry(spawn("setpriv", words, { stdio: "ignore" }), folder, `127.0.0.1:${port}`);
    while (!(await isThere(`http://${registry.host}`))) {
      assert.equal(registry.child.exitCode, null, "the registry did not start");
      await sleep(100);
    }
    return registry;
  }

  /** What it holds. */
  bytes(): number {
    const data = path.join(this.folder, "data");
    const files = fs.existsSync(data) ? fs.readdirSync(data, { recursive: true, withFileTypes: true }) : [];
    const blobs = files.filter((file) => file.isFile());
    return blobs.reduce((sum, file) => sum + fs.statSync(path.join(file.parentPath, file.name)).size, 0);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }
}

async function isThere(url: string): Promise<boolean> {
  return ask(url, { path: "/v2/" }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** What `az acr build` and `az acr repository show` do, at another registry. */
export function azShim(host: string): string {
  return `#!/bin/bash
set -euo pipefail
case "$2" in
build)
  image=; arguments=()
  while [ $# -gt 1 ]; do
    case "$1" in
    --image) image=$2; shift ;;
    --build-arg) arguments+=(--build-arg "$2"); shift ;;
    esac
    shift
  done
  DOCKER_BUILDKIT=0 ${dockerFile()} build --network host "\${arguments[@]}" --tag "${host}/$image" "$1"
  ${dockerFile()} push "${host}/$image"
  ;;
repository)
  image=$7
  curl --fail --silent --head --header 'Accept: application/vnd.docker.distribution.manifest.v2+json' \\
    "http://${host}/v2/\${image%%:*}/manifests/\${image##*:}" | sed -n 's/^Docker-Content-Digest: *\\(sha256:[0-9a-f]*\\).*/\\1/Ip'
  ;;
esac
`;
}
