import type * as pulumi from "@pulumi/pulumi";
import type { AzureHost } from "./azure-host";
import type { ContainerImageReference } from "./scoring-service";
import type { KeyRotation, ServingArgs } from "./serving";

/** Who may have a service's DNS name once the service is gone; the name has a hash of them in it, but for `Unsecure`. */
export const DnsNameLabelReuseScope = {
  resourceGroupReuse: "ResourceGroupReuse",
  subscriptionReuse: "SubscriptionReuse",
  tenantReuse: "TenantReuse",
  noReuse: "Noreuse",
  unsecure: "Unsecure",
} as const;
/** Who may have a service's DNS name once the service is gone. */
export type DnsNameLabelReuseScope = (typeof DnsNameLabelReuseScope)[keyof typeof DnsNameLabelReuseScope];

/** What containers run on. */
export const ContainerSku = { standard: "Standard", confidential: "Confidential" } as const;
/** What containers run on. */
export type ContainerSku = (typeof ContainerSku)[keyof typeof ContainerSku];

/** Whether containers that end are started again. */
export const RestartPolicy = { always: "Always", onFailure: "OnFailure", never: "Never" } as const;
/** Whether containers that end are started again. */
export type RestartPolicy = (typeof RestartPolicy)[keyof typeof RestartPolicy];

/** GPUs of a container. */
export interface ContainerGpu {
  /** `K80`, `P100` or `V100`. */
  readonly sku: pulumi.Input<string>;
  readonly count: pulumi.Input<number>;
}

/** How a container is asked whether it is well: `GET /`, which needs no key. */
export interface ContainerProbe {
  /** Seconds until the first question, 0 to 3600. @default - `startTimeoutSeconds` for liveness, 0 for readiness */
  readonly initialDelaySeconds?: pulumi.Input<number>;
  /** Seconds from one question to the next, 1 to 3600. @default 10 */
  readonly periodSeconds?: pulumi.Input<number>;
  /** Seconds that an answer may take, 1 to 3600. @default 5 */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** Failures in a row that count, 1 to 100. @default 3 */
  readonly failureThreshold?: pulumi.Input<number>;
}

/** A file share on which certificates outlive the containers. */
export interface CertificateStore {
  /** Storage account; it must allow shared keys, which Azure mounts shares with. */
  readonly storageAccountName: pulumi.Input<string>;
  /** Kept as a secret. */
  readonly storageAccountKey: pulumi.Input<string>;
  readonly shareName: pulumi.Input<string>;
}

/**
 * TLS on port 443, ended by a Caddy container beside the server. With a certificate of your own: certificate, key and `cname`, all
 * three. Or with one that Caddy obtains and renews: `email`.
 */
export interface ContainerTls {
  /** PEM file with the certificate and those of its issuers, relative to the project's folder; plain. @default - none */
  readonly certPemFile?: string;
  /** PEM file with the certificate's private key, with no passphrase; plain. @default - none */
  readonly keyPemFile?: string;
  /** The certificate itself, in place of a file. @default - none */
  readonly certPem?: pulumi.Input<string>;
  /** The private key itself, in place of a file. Kept as a secret. @default - none */
  readonly keyPem?: pulumi.Input<string>;
  /** Name that the certificate is for and callers use; a CNAME record of yours leads it to `fqdn`. @default - with `email`, Azure's own name */
  readonly cname?: pulumi.Input<string>;
  /** Whom the issuer writes to; has Caddy obtain the certificate. @default - none */
  readonly email?: pulumi.Input<string>;
  /** ACME directory of the issuer; needs `email`. @default - Let's Encrypt */
  readonly acmeServer?: pulumi.Input<string>;
  /** Where a certificate that was obtained is kept; needs `email`. @default - with the containers: when they are made anew, it is asked for again */
  readonly certificateStore?: CertificateStore;
  /** Image of Caddy 2, with a tag that stays. @default "docker.io/library/caddy:2.10.2-alpine" */
  readonly image?: pulumi.Input<string>;
}

/** A key of yours in a Key Vault that Azure encrypts a service's data with. */
export interface CustomerKey {
  /** @example "https://team.vault.azure.net" */
  readonly vaultBaseUrl: pulumi.Input<string>;
  readonly keyName: pulumi.Input<string>;
  readonly keyVersion: pulumi.Input<string>;
}

/** Arguments of {@link AciService}. */
export interface AciServiceArgs extends ServingArgs {
  /** Where it runs; an `AzureWorkspace` is one. */
  readonly host: AzureHost;
  /** The image to serve. */
  readonly image: ContainerImageReference;
  /** CPU cores, 1 to 31 in steps of 0.1; above 4 Azure wants to be asked for quota. @default 1 */
  readonly cpuCores?: pulumi.Input<number>;
  /** Memory in GB, 1 to 240 in steps of 0.1; above 16 Azure wants to be asked for quota. @default 1.5 */
  readonly memoryInGb?: pulumi.Input<number>;
  /** Refused: Azure ended GPUs on Container Instances on 14 July 2025. @default - none */
  readonly gpu?: ContainerGpu;
  /** Port of the server, 1024 to 65535: it does not run as root. Callers use it too, but for `tls`, which answers on 443. @default 5001 */
  readonly port?: pulumi.Input<number>;
  /** First part of the public DNS name, 5 to 63 lower-case letters, digits and dashes. @default - the service's name, with `-service` where that is too short */
  readonly dnsNameLabel?: pulumi.Input<string>;
  /** Who may have the DNS name later. @default "ResourceGroupReuse" */
  readonly dnsNameLabelReuseScope?: pulumi.Input<DnsNameLabelReuseScope>;
  /** Ask for a key with every request but health and version. Without it anyone may call the service, as in 2019. @default true */
  readonly authEnabled?: boolean;
  /** Has a key made anew when its text changes, with a restart; for keys that are not given. @default - the keys stay @example { primary: "2026-11-22" } */
  readonly keyRotation?: pulumi.Input<KeyRotation>;
  /** HTTPS. @default - plain HTTP: keys and data can be read on their way */
  readonly tls?: ContainerTls;
  /** Id of a subnet delegated to `Microsoft.ContainerInstance/containerGroups`; then there is no public address. @default - a public address */
  readonly subnetId?: pulumi.Input<string>;
  /** Region. A change makes the service anew. @default - the host's */
  readonly location?: pulumi.Input<string>;
  /** Availability zone, `1`, `2` or `3`. @default - Azure chooses */
  readonly zone?: pulumi.Input<string>;
  /** What the containers run on. @default "Standard" */
  readonly sku?: ContainerSku;
  /** Confidential computing enforcement policy, Base64, as `az confcom` makes it; needs the SKU `Confidential`. @default - Azure's own, which allows everything */
  readonly ccePolicy?: pulumi.Input<string>;
  /** `Regular`. `Spot` is refused: such containers have no address. @default "Regular" */
  readonly priority?: string;
  /** Whether containers that end are started again. @default "Always" */
  readonly restartPolicy?: RestartPolicy;
  /** Longest time until a new server has loaded its models and answered its sample requests, in seconds, 1 to 3600. @default 300 */
  readonly startTimeoutSeconds?: pulumi.Input<number>;
  /** When containers that do not answer are started again. @default - after `startTimeoutSeconds`, 3 failures 10 s apart */
  readonly livenessProbe?: ContainerProbe;
  /** When containers get no requests. @default - 3 failures 10 s apart */
  readonly readinessProbe?: ContainerProbe;
  /** Environment variables of the scorer; secret ones are Azure's secure values, which it shows to nobody. @default - none */
  readonly environmentVariables?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Ids of more user-assigned identities that the scorer may use. @default - the host's alone, which pulls the image */
  readonly identityIds?: readonly pulumi.Input<string>[];
  /** Report requests and failures to the host's Application Insights, at a third of the rate. @default false */
  readonly appInsightsEnabled?: boolean;
  /** Report the replies' bodies too; needs `appInsightsEnabled`. 2019's server always did. @default false */
  readonly responseLoggingEnabled?: boolean;
  /** Report what goes into `run()` and what comes out; needs `appInsightsEnabled`. @default false */
  readonly dataCollectionEnabled?: boolean;
  /** Send the containers' logs to the host's Log Analytics workspace. @default true, where the host has one */
  readonly logsEnabled?: boolean;
  /** Key that Azure encrypts the service's data with. @default - Azure's own */
  readonly customerKey?: CustomerKey;
  /** Prove each update from where the program runs: who answers, and the image's sample requests. @default true */
  readonly smokeTestEnabled?: boolean;
  /** How long that may take, in seconds, 1 to 3600. @default 600 */
  readonly smokeTestTimeoutSeconds?: pulumi.Input<number>;
}
