import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "./folder";

/** PEM texts. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes a self-signed certificate for a name, valid between two dates, with the machine's openssl. */
export function makeCertificate(
  name: string,
  { from = new Date(Date.now() - 86_400_000), until = new Date(Date.now() + 365 * 86_400_000) } = {},
): Certificate {
  const { folder, remove } = temporaryFolder("certificate");
  const file = (base: string): string => path.join(folder, base);
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  try {
    fs.writeFileSync(file("index.txt"), "");
    fs.writeFileSync(file("serial"), "01\n");
    fs.writeFileSync(
      file("ca.cnf"),
      [
        "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any",
        `x509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:${name}\n`,
      ].join("\n"),
    );
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem");
    openssl("req", "-new", "-key", "key.pem", "-subj", `/CN=${name}`, "-out", "request.pem");
    openssl(
      ...["ca", "-batch", "-notext", "-selfsign", "-config", "ca.cnf", "-keyfile", "key.pem", "-in", "request.pem"],
      ...["-out", "certificate.pem", "-startdate", asn1(from), "-enddate", asn1(until)],
    );
    return {
      certificate: fs.readFileSync(file("certificate.pem"), "utf8"),
      key: fs.readFileSync(file("key.pem"), "utf8"),
    };
  } finally {
    remove();
  }
}

function asn1(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
}
