import type { core } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { known } from "./known";
import { contentName, serviceMetadata, serviceObjectName, versionMetadata, versionObjectName } from "./names";
import type { KubernetesServicePlan, VersionPlan } from "./plan";

/** File of accepted keys' digests in the Secret, and in the container. */
export const keysFile = "keys.json";
/** Certificate and key, as every gateway looks for them. */
const [certificateFile, keyFile] = ["tls.crt", "tls.key"];

/** A version's variables that are not secret. */
export function renderConfiguration(plan: KubernetesServicePlan, version: VersionPlan): core.v1.ConfigMapArgs {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: versionMetadata(plan, version, configurationName(plan, version)),
    immutable: true,
    data: version.environment,
  };
}

/** A version's variables that are secret; undefined without any. */
export function renderSecrets(plan: KubernetesServicePlan, version: VersionPlan): core.v1.SecretArgs | undefined {
  const { secretEnvironment } = version;
  return secretEnvironment === undefined
    ? undefined
    : {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: versionMetadata(plan, version, secretsName(plan, version)),
        immutable: true,
        data: known(secretEnvironment, (variables) =>
          Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, base64(value)])),
        ),
      };
}

/** The digests of the keys that the service accepts; undefined without authentication. */
export function renderKeys(plan: KubernetesServicePlan): core.v1.SecretArgs | undefined {
  const { keyDigests } = plan;
  return keyDigests === undefined
    ? undefined
    : {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: serviceMetadata(plan, keysName(plan)),
        immutable: true,
        data: { [keysFile]: known(keyDigests, base64) },
      };
}

/** A certificate of one's own for the service's gateway, with its key; undefined where it is from elsewhere. */
export function renderCertificate(plan: KubernetesServicePlan): core.v1.SecretArgs | undefined {
  const own = pemOf(plan);
  return (
    own && {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: serviceMetadata(plan, certificateName(plan)),
      immutable: true,
      data: { [certificateFile]: known(own.certificate, base64), [keyFile]: known(own.key, base64) },
    }
  );
}

/** Name of the ConfigMap of a version. */
export function configurationName(plan: KubernetesServicePlan, version: VersionPlan): pulumi.Input<string> {
  return contentName(`${versionObjectName(plan, version)}-config`, version.environment);
}

/** Name of the Secret of a version; undefined without one. */
export function secretsName(plan: KubernetesServicePlan, version: VersionPlan): pulumi.Input<string> | undefined {
  const { secretEnvironment } = version;
  return secretEnvironment && contentName(`${versionObjectName(plan, version)}-secrets`, secretEnvironment);
}

/** Name of the Secret with the digests of the keys; undefined without authentication. */
export function keysName(plan: KubernetesServicePlan): pulumi.Input<string> | undefined {
  const name = plan.keyDigests && contentName(`${serviceObjectName(plan)}-keys`, plan.keyDigests);
  // Nobody guesses a key by a part of a hash of its digest. As a secret, the name would hide the whole Deployment in previews.
  return pulumi.Output.isInstance(name) ? pulumi.unsecret(name as pulumi.Output<string>) : name;
}

/** Name of the Secret with the gateway's certificate; undefined where the gateway is another's or has none. */
export function certificateName(plan: KubernetesServicePlan): pulumi.Input<string> | undefined {
  const { exposure } = plan;
  const tls = exposure.kind === "gateway" && "className" in exposure.gateway ? exposure.gateway.tls : undefined;
  switch (tls?.from) {
    case undefined:
      return undefined;
    case "secret":
      return tls.secretName;
    case "issuer":
      return `${serviceObjectName(plan)}-tls`;
    case "pem":
      return contentName(`${serviceObjectName(plan)}-tls`, [tls.certificate, tls.key]);
  }
}

function pemOf({ exposure }: KubernetesServicePlan) {
  const tls = exposure.kind === "gateway" && "className" in exposure.gateway ? exposure.gateway.tls : undefined;
  return tls?.from === "pem" ? tls : undefined;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
