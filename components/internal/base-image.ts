import { type Fault, type Rule, shown } from "./problems";

/** A reference to an image, as far as its form goes. */
export const imageReference: Rule<string> = {
  must: "must be an image reference such as 'registry.example.com/team/base:1.2'",
  holds: (value) => typeof value === "string" && /^[a-z0-9][A-Za-z0-9._:/@-]*$/.test(value),
};

const others =
  /(^|[/:._-])(alpine|busybox|scratch|distroless|wolfi|chainguard|ubi|ubi-minimal|ubi-micro|rhel|redhat|centos|fedora|rockylinux|almalinux|oraclelinux|amazonlinux|opensuse|archlinux|azurelinux|mariner|cbl-mariner|photon|windows|windowsservercore|nanoserver|servercore)[0-9.]*($|[/:@._-])/;

/** Whether a reference names bytes: a digest does, a tag can be moved. */
export function isPinned(reference: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(reference);
}

/**
 * What is wrong with a base image as far as its name tells. Its packages come from apt, and the image's identity has to say which
 * bytes it is built on.
 */
export function baseImageFaults(reference: string, mayMove: boolean): Fault[] {
  const name = reference.replace(/@sha256:.*$/, "");
  const foreign = /debian|ubuntu/.test(name) ? undefined : others.exec(name)?.[2];
  const faults: Fault[] = [];
  if (foreign !== undefined) {
    const remedy = "take one that has apt, such as 'debian:bookworm-slim@sha256:…'";
    faults.push({ rule: "must be based on Debian or Ubuntu", got: `'${foreign}' in ${shown(reference)}`, remedy });
  }
  if (!isPinned(reference) && !mayMove) {
    const remedy = `append its digest (docker buildx imagetools inspect ${name}), or set allowMovableBaseImage: then one identity may be two images`;
    faults.push({ rule: "must be pinned by a digest, 'name@sha256:…'", got: shown(reference), remedy });
  }
  return faults;
}
