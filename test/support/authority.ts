import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "./folder";

/** An authority's certificate that is valid for a year, and one that it has signed, in PEM. */
export interface Authority {
  readonly certificate: string;
  readonly device: string;
}

/** Makes an authority, and the certificate of a device of its, with the machine's openssl. */
export function makeAuthority(name: string, deviceId: string): Authority {
  const { folder, remove } = temporaryFolder("authority");
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "own.cnf"];
  try {
    fs.writeFileSync(
      path.join(folder, "own.cnf"),
      "[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\n",
    );
    openssl(
      ...["req", "-x509", ...key, "-extensions", "ca", "-days", "365", "-subj", `/CN=${name}`],
      ...["-keyout", "ca.key", "-out", "ca.pem"],
    );
    openssl("req", ...key, "-subj", `/CN=${deviceId}`, "-keyout", "device.key", "-out", "device.csr");
    openssl(
      ...["x509", "-req", "-in", "device.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2"],
      ...["-days", "30", "-out", "device.pem"],
    );
    return { certificate: read("ca.pem"), device: read("device.pem") };
  } finally {
    remove();
  }
}
