import type * as pulumi from "@pulumi/pulumi";
import { hashJson } from "../../internal/canonical-json";
import { known } from "./known";
import type { KubernetesServicePlan, VersionPlan } from "./plan";

/** Labels, as `@pulumi/kubernetes` takes them. */
type Labels = Record<string, string>;

/** Name of the service's own objects: its account, route, network policy and address. */
export function serviceObjectName({ serviceName }: KubernetesServicePlan): string {
  return serviceName;
}

/** Name of a version's objects. */
export function versionObjectName(
  { serviceName }: Pick<KubernetesServicePlan, "serviceName">,
  { name }: Pick<VersionPlan, "name">,
): string {
  return `${serviceName}-${name}`;
}

/** Name of the headless Service by which a version's replicas find each other: 63 characters at most. */
export function replicasName(
  plan: Pick<KubernetesServicePlan, "serviceName">,
  version: Pick<VersionPlan, "name">,
): string {
  return `${versionObjectName(plan, version)}-pods`;
}

/** What a service's pods have in common, and no other's have. For life: a Deployment's selector can't be changed. */
export function serviceSelector({ serviceName }: Pick<KubernetesServicePlan, "serviceName">): Labels {
  return { "scorestack/service": serviceName };
}

/** What a version's pods have in common, and no other's have. For life, as above. */
export function versionSelector(
  plan: Pick<KubernetesServicePlan, "serviceName">,
  { name }: Pick<VersionPlan, "name">,
): Labels {
  return { ...serviceSelector(plan), "scorestack/version": name };
}

/** Metadata of an object of the service. */
export function serviceMetadata(plan: KubernetesServicePlan, name: pulumi.Input<string> = serviceObjectName(plan)) {
  return { name, namespace: plan.namespace, labels: labelsOf(plan, serviceSelector(plan)) };
}

/** Metadata of an object of a version. */
export function versionMetadata(
  plan: KubernetesServicePlan,
  version: VersionPlan,
  name: pulumi.Input<string> = versionObjectName(plan, version),
) {
  return { name, namespace: plan.namespace, labels: labelsOf(plan, versionSelector(plan, version)) };
}

/** The labels that Kubernetes recommends are for people; nothing is selected by them. */
function labelsOf({ labels, serviceName }: KubernetesServicePlan, selector: Labels): Labels {
  return {
    ...labels,
    "app.kubernetes.io/name": serviceName,
    "app.kubernetes.io/managed-by": "scorestack",
    ...selector,
  };
}

/**
 * A name with the hash of what the object holds. A change is then a new object beside the old one: pods that run keep what they have,
 * new ones wait for nothing, and the pod template that names it rolls.
 */
export function contentName(prefix: string, content: pulumi.Input<unknown>): pulumi.Input<string> {
  return known(content, (value) => `${prefix}-${hashJson(value).slice(0, 10)}`);
}
