import { randomBytes, X509Certificate } from "node:crypto";
import type { EdgeEnrollmentOutputs, EdgeJson, EnrollmentAttestation } from "../../components/internal/edge-contract";
import { recordOf, textOf } from "./values";

type Found = Record<string, EdgeJson>;
type Keys = Pick<EdgeEnrollmentOutputs, "primaryKey" | "secondaryKey">;

/** 64 bytes, the most that a service takes. */
export function newKeys(): Keys {
  const key = (): string => randomBytes(64).toString("base64");
  return { primaryKey: key(), secondaryKey: key() };
}

/** As the service takes it. */
export function attestationOf(attestation: EnrollmentAttestation, keys: Keys): object {
  switch (attestation.type) {
    case "symmetricKey":
      return { type: "symmetricKey", symmetricKey: keys };
    case "verifiedCertificate":
      return { type: "x509", x509: { caReferences: { primary: attestation.certificateName } } };
    case "x509": {
      const { certificatePem, secondaryCertificatePem } = attestation;
      const secondary =
        secondaryCertificatePem === undefined ? {} : { secondary: { certificate: encoded(secondaryCertificatePem) } };
      const signingCertificates = { primary: { certificate: encoded(certificatePem) }, ...secondary };
      return { type: "x509", x509: { signingCertificates } };
    }
  }
}

/** Services tell of certificates what they are, not themselves. */
export function foundAttestation(olds: EnrollmentAttestation, { type, x509 }: Found): EnrollmentAttestation {
  if (type !== "x509") {
    return { type: "symmetricKey" };
  }
  const { caReferences, signingCertificates } = recordOf(x509);
  const named = textOf(recordOf(caReferences).primary);
  if (named !== "") {
    return { type: "verifiedCertificate", certificateName: named };
  }
  const { primary, secondary } = recordOf(signingCertificates);
  const known = olds.type === "x509" ? olds : undefined;
  const second = certificateOf(known?.secondaryCertificatePem, secondary);
  return {
    type: "x509",
    certificatePem: certificateOf(known?.certificatePem, primary) ?? "",
    ...(second === undefined ? {} : { secondaryCertificatePem: second }),
  };
}

/** The one that we know, or the thumbprint of another one. */
function certificateOf(known: string | undefined, found: EdgeJson | undefined): string | undefined {
  const seen = textOf(recordOf(recordOf(found).info).sha256Thumbprint).toUpperCase();
  if (seen === "") {
    return undefined;
  }
  return known !== undefined && thumbprint(known) === seen ? known : `sha256 ${seen}`;
}

function thumbprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(":", "");
}

/** DER in base64. */
function encoded(pem: string): string {
  return new X509Certificate(pem).raw.toString("base64");
}
