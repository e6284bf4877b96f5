import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../contract/environment";
import { answerOf } from "../support/clone";

/** Layers and the base image stay here, so that a second run builds little. */
export const cache = path.join(projectRoot, ".scorestack", "docker-test");
/** The file system of the base image. */
export const baseTar = path.join(cache, "debian-bookworm.tar");

/**
 * Why there is no Docker Engine for these tests; undefined when there is one. They start their own, with root's rights: one that is
 * there already is somebody else's.
 */
export function whyNoEngine(): string | undefined {
  if (process.env["SCORESTACK_DOCKER"] === "0") {
    return "SCORESTACK_DOCKER is 0";
  }
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return "an engine of their own needs Linux and root";
  }
  const missing = ["dockerd", "docker", "setpriv", ...(fs.existsSync(baseTar) ? [] : ["debootstrap"])].filter(
    (program) => programFile(program) === undefined,
  );
  return missing.length === 0 ? undefined : `${missing.join(", ")} not found: apt-get install docker.io debootstrap`;
}

/** Makes the base image's file system, with this machine's certificates, which its package index may need. */
export async function bootstrap(folder: string): Promise<void> {
  const words = ["--variant=minbase", "--include=ca-certificates", "bookworm", folder, "http://deb.debian.org/debian"];
  const { code, stdout } = await answerOf(spawn("debootstrap", words, { stdio: ["ignore", "pipe", "pipe"] }));
  if (code !== 0) {
    throw new Error(`debootstrap ended with ${code}\n${stdout.split("\n").slice(-10).join("\n")}`);
  }
  fs.copyFileSync("/etc/ssl/certs/ca-certificates.crt", path.join(folder, "etc/ssl/certs/ca-certificates.crt"));
  execFileSync("tar", ["--create", "--file", `${baseTar}.new`, "--directory", folder, "."]);
  fs.renameSync(`${baseTar}.new`, baseTar);
  fs.rmSync(folder, { recursive: true });
}

/** The docker client. */
export function dockerFile(): string {
  return programFile("docker") ?? "docker";
}

/** Debian's own client before another one: a later one wants a plugin for BuildKit. */
function programFile(program: string): string | undefined {
  const folders = ["/usr/bin", "/usr/sbin", ...(process.env["PATH"] ?? "").split(path.delimiter)];
  return folders.map((folder) => path.join(folder, program)).find((file) => fs.existsSync(file));
}
