import { numberInTenths, type Rule } from "./problems";

/** Rules of Azure Container Instances; their sources stand in docs/validation-aci.md. */

/** What a TLS container takes of its group: CPU cores and GB. */
export const sidecarSize = { cpu: 0.1, memoryInGb: 0.2 } as const;

/** What a group may have at most, sidecars included. */
const largest = { Standard: { cpu: 31, memoryInGb: 240 }, Confidential: { cpu: 31, memoryInGb: 180 } } as const;
/** What a group has at least. */
const smallest = { cpu: 1, memoryInGb: 1 } as const;
/** Above this, Azure has to be asked for quota. */
export const askedFor = { cpu: 4, memoryInGb: 16 } as const;

/** Size of the server's container: what a group may have, less its sidecar. */
export function serverSize(part: "cpu" | "memoryInGb", sku: keyof typeof largest, withSidecar: boolean): Rule<number> {
  const taken = withSidecar ? sidecarSize[part] : 0;
  const [low, high] = [tenths(smallest[part] - taken) / 10, tenths(largest[sku][part] - taken) / 10];
  const unit = part === "cpu" ? "CPU" : "GB";
  return {
    ...numberInTenths(low, high),
    remedy: (value) =>
      typeof value !== "number" || inRange(value, low, high)
        ? undefined
        : `a container group has from ${smallest[part]} to ${largest[sku][part]} ${unit}${taken > 0 ? `, ${taken} of them for TLS` : ""}`,
  };
}

function inRange(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

function tenths(value: number): number {
  return Math.round(value * 10);
}

/** First part of a public name. */
export const dnsNameLabel: Rule<string> = {
  must: "must be 5 to 63 lower-case letters, digits and dashes, a letter first and no dash last",
  holds: (value) => typeof value === "string" && /^[a-z][a-z0-9-]{3,61}[a-z0-9]$/.test(value),
};

/** A DNS name. */
export const domainName: Rule<string> = {
  must: "must be a DNS name such as 'churn.example.com'",
  holds: (value) =>
    typeof value === "string" &&
    value.length <= 253 &&
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/i.test(value),
};

/** A mail address. */
export const mailAddress: Rule<string> = {
  must: "must be a mail address such as 'ops@example.com'",
  holds: (value) => typeof value === "string" && /^[^\s@{}"]+@[^\s@{}"]+\.[^\s@{}"]+$/.test(value),
};

/** An address with TLS. */
export const httpsAddress: Rule<string> = {
  must: "must be an address that begins with https://",
  holds: (value) => typeof value === "string" && /^https:\/\/[^\s{}"]+$/.test(value) && URL.canParse(value),
};

/** An image whose content stays: by digest, or by a tag that is the content's name. */
export const settledImage: Rule<string> = {
  must: "must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content",
  holds: (value) =>
    typeof value === "string" &&
    /^[a-z0-9.-]+\.[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+((:[\w.-]+)?@sha256:[0-9a-f]{64}|:[0-9a-f]{12,64})$/.test(value),
  remedy: () => "other tags can move",
};

/** An image with a tag that does not move by itself. */
export const pinnedImage: Rule<string> = {
  must: "must be an image with a tag other than 'latest', or with a digest",
  holds: (value) =>
    typeof value === "string" &&
    /^[a-z0-9][a-z0-9.:_/-]*(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(value) &&
    !value.endsWith(":latest"),
};

/** Base64 text. */
export const base64Text: Rule<string> = {
  must: "must be Base64",
  holds: (value) =>
    typeof value === "string" && value !== "" && value.length % 4 === 0 && /^[\w+/]+={0,2}$/.test(value),
  show: () => "other text",
};

const containerVariable = /^[A-Za-z0-9]([A-Za-z0-9_]{0,61}[A-Za-z0-9])?$/;
const reportingVariable =
  /^(AML_APP_INSIGHTS_.*|APP_INSIGHTS_LOG_RESPONSE_ENABLED|AML_MDC_STORAGE_ENABLED|APPLICATIONINSIGHTS_CONNECTION_STRING)$/;

/** Names of environment variables, as containers take them. */
export const containerVariables: Rule<Readonly<Record<string, unknown>>> = {
  must: "must have names of 1 to 63 letters, digits and underscores, no underscore first or last",
  holds: (value) => Object.keys(value).every((name) => containerVariable.test(name)),
  show: (value) => namesWhere(value, (name) => !containerVariable.test(name)),
};

/** Names that are set where Application Insights is on. */
export const noReporting: Rule<Readonly<Record<string, unknown>>> = {
  must: "must have no names that 'appInsightsEnabled' sets",
  holds: (value) => !Object.keys(value).some((name) => reportingVariable.test(name)),
  show: (value) => namesWhere(value, (name) => reportingVariable.test(name)),
};

function namesWhere(value: object, is: (name: string) => boolean): string {
  return Object.keys(value)
    .filter(is)
    .map((name) => `'${name}'`)
    .join(", ");
}

/** Tags as Azure takes them. */
export const azureTags: Rule<Readonly<Record<string, unknown>>> = {
  must: "must be at most 50 tags with names of 1 to 512 characters without <, >, %, &, \\, ? and /, and values of at most 256",
  holds: (value) =>
    Object.keys(value).length <= 50 &&
    Object.entries(value).every(
      ([name, text]) => /^[^<>%&\\?/]{1,512}$/.test(name) && (typeof text !== "string" || text.length <= 256),
    ),
  show: (value) =>
    Object.keys(value).length > 50 ? `${Object.keys(value).length} tags` : "another name, or a longer value",
};

/** The instrumentation key in a connection string of Application Insights: what the inference server takes. */
export function instrumentationKey(connectionString: string): string | undefined {
  return /(?:^|;)\s*InstrumentationKey=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*(?:;|$)/i.exec(
    connectionString,
  )?.[1];
}

/** A connection string of Application Insights. */
export const insightsConnection: Rule<string> = {
  must: "must be a connection string with an 'InstrumentationKey' that is a UUID",
  holds: (value) => typeof value === "string" && instrumentationKey(value) !== undefined,
  secret: true,
};
