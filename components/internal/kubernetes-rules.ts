import type { Rule } from "./problems";

/** Rules of Kubernetes, Gateway API and KEDA; their sources stand in docs/validation-aks.md. */

/** A namespace that a service may be put into; as 2019's SDK had it, but for Kubernetes' own. */
export const namespaceName: Rule<string> = {
  must: "must be 1 to 63 lower-case letters, digits and dashes, no dash first or last, and not begin with 'kube-'",
  holds: (value) =>
    typeof value === "string" && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value) && !value.startsWith("kube-"),
};

/** Names of a service's versions. */
export const versionName = /^[a-z]([a-z0-9-]{0,23}[a-z0-9])?$/;

/** A number within a range. */
export function numberFrom(low: number, high: number): Rule<number> {
  return {
    must: `must be a number from ${low} to ${high}`,
    holds: (value) => typeof value === "number" && value >= low && value <= high,
  };
}

/** A path before those of a service. */
export const pathPrefix: Rule<string> = {
  must: "must be '/', or a path such as '/churn': no slash last, and letters, digits, '-', '_', '.' and '~' between slashes",
  holds: (value) => typeof value === "string" && /^(\/|(\/[A-Za-z0-9_.~-]+)+)$/.test(value),
};

/** A range of addresses. */
export const addressRange: Rule<string> = {
  must: "must be a range of IPv4 addresses such as '203.0.113.0/24'",
  holds: (value) => {
    const [address = "", length = "", ...rest] = typeof value === "string" ? value.split("/") : [];
    const bytes = address.split(".");
    return (
      rest.length === 0 &&
      bytes.length === 4 &&
      bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) <= 255) &&
      /^([0-9]|[12]\d|3[0-2])$/.test(length)
    );
  },
};

const labelValue = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const qualifiedName = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const ours = /^(app\.kubernetes\.io\/(name|managed-by)|scorestack\/.*)$/;

/** Labels of Kubernetes' objects. */
export const labels: Rule<Readonly<Record<string, string>>> = {
  must: "must be labels of Kubernetes: names and values of at most 63 letters, digits, '-', '_' and '.', a letter or digit first and last, and none of 'app.kubernetes.io/name', 'app.kubernetes.io/managed-by' and 'scorestack/…'",
  holds: (value) => isMap(value) && badLabels(value).length === 0,
  show: (value) => (isMap(value) ? badLabels(value).join(", ") : typeof value),
};

function badLabels(value: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(value)
    .filter(
      ([name, text]) =>
        !qualifiedName.test(name) || ours.test(name) || typeof text !== "string" || !labelValue.test(text),
    )
    .map(([name]) => `'${name}'`);
}

/** Extended resources: names that are neither Kubernetes' own nor without a domain. */
export const extendedResourceName: Rule<string> = {
  must: "must be the name of an extended resource, such as 'example.com/card': a domain, and none of 'kubernetes.io'",
  holds: (value) =>
    typeof value === "string" &&
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(value) &&
    !/^([a-z0-9.-]+\.)?kubernetes\.io\//.test(value),
};

/** Annotations of Kubernetes' objects. */
export const annotations: Rule<Readonly<Record<string, string>>> = {
  must: "must be annotations of Kubernetes: names such as 'example.com/name', and texts",
  holds: (value) => isMap(value) && badAnnotations(value).length === 0,
  show: (value) => (isMap(value) ? badAnnotations(value).join(", ") : typeof value),
};

function badAnnotations(value: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(value)
    .filter(([name, text]) => !qualifiedName.test(name) || typeof text !== "string")
    .map(([name]) => `'${name}'`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
