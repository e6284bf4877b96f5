import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { type RenderedObject, renderAll } from "../render/kubernetes/all";
import type { CustomObject } from "../render/kubernetes/custom";
import type { KubernetesServicePlan } from "../render/kubernetes/plan";

/** Says that a Gateway has its address. */
const programmed = { "pulumi.com/waitFor": "condition=Programmed" };

/** A Gateway; its address is known once it is there. */
class Gateway extends CustomResource {
  declare readonly status: pulumi.Output<{ readonly addresses?: readonly { readonly value: string }[] } | undefined>;
}

/** The objects of a service in a cluster. */
export interface ServiceObjects {
  readonly all: readonly pulumi.Resource[];
  /** Host of what makes the service's address; undefined where no object here does. */
  readonly host?: pulumi.Output<string>;
}

/**
 * Makes every object of a plan, each after those of the service and of its version that come before it; what leads to the versions comes
 * last: requests move only when there is somebody to answer them.
 */
export function makeObjects(
  name: string,
  plan: KubernetesServicePlan,
  description: pulumi.Input<string> | undefined,
  options: pulumi.CustomResourceOptions,
): ServiceObjects {
  const made: { readonly version?: string; readonly resource: pulumi.Resource }[] = [];
  let host: pulumi.Output<string> | undefined;
  for (const rendered of renderAll(plan)) {
    const { role, version } = rendered;
    const isExposing = role === "address" || role === "route" || role === "grpc-route";
    const before = made.filter((one) => isExposing || one.version === undefined || one.version === version);
    const dependsOn = [...((options.dependsOn ?? []) as pulumi.Resource[]), ...before.map(({ resource }) => resource)];
    const full = [name, role, version].filter((part) => part !== undefined).join("-");
    const one = make(full, isExposing ? described(rendered, description) : rendered, { ...options, dependsOn });
    made.push({ resource: one.resource, ...(version === undefined ? {} : { version }) });
    host = one.host ?? host;
  }
  return { all: made.map(({ resource }) => resource), ...(host ? { host } : {}) };
}

/** What was made, and the host that it gives the service, if it does. */
interface Made {
  readonly resource: pulumi.Resource;
  readonly host?: pulumi.Output<string>;
}

function make(name: string, rendered: RenderedObject, options: pulumi.CustomResourceOptions): Made {
  switch (rendered.role) {
    case "gateway":
      return makeGateway(name, rendered.object, options);
    case "address":
      return makeAddress(name, rendered.object, options);
    case "scaler":
    case "route":
    case "grpc-route":
      return { resource: new CustomResource(name, rendered.object, options) };
    case "deployment":
      return { resource: new apps.Deployment(name, rendered.object, options) };
    case "autoscaler":
      return { resource: new autoscaling.HorizontalPodAutoscaler(name, rendered.object, options) };
    case "budget":
      return { resource: new policy.PodDisruptionBudget(name, rendered.object, options) };
    case "network":
      return { resource: new networking.NetworkPolicy(name, rendered.object, options) };
    case "namespace":
      return { resource: new core.Namespace(name, rendered.object, options) };
    case "account":
      return { resource: new core.ServiceAccount(name, rendered.object, options) };
    case "config":
      return { resource: new core.ConfigMap(name, rendered.object, options) };
    case "keys":
    case "certificate":
    case "secrets":
      return { resource: new core.Secret(name, rendered.object, options) };
    case "service":
    case "replicas":
      return { resource: new core.Service(name, rendered.object, options) };
  }
}

function makeGateway(name: string, { metadata, ...object }: CustomObject, options: pulumi.CustomResourceOptions): Made {
  const annotated = { ...metadata, annotations: { ...metadata.annotations, ...programmed } };
  const resource = new Gateway(name, { ...object, metadata: annotated, status: undefined }, options);
  return { resource, host: resource.status.apply((status) => status?.addresses?.[0]?.value ?? "") };
}

function makeAddress(name: string, object: core.ServiceArgs, options: pulumi.CustomResourceOptions): Made {
  const resource = new core.Service(name, object, options);
  const status: pulumi.Output<BalancerStatus | undefined> = resource.status;
  return {
    resource,
    host: status.apply((known) => {
      const [ingress] = known?.loadBalancer?.ingress ?? [];
      return ingress?.hostname ?? ingress?.ip ?? "";
    }),
  };
}

/** In previews nothing of it is known. */
interface BalancerStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly hostname?: string; readonly ip?: string }[] };
}

function described<T extends RenderedObject>(rendered: T, description: pulumi.Input<string> | undefined): T {
  const { object } = rendered;
  const metadata = object.metadata as { readonly annotations?: object } | undefined;
  const annotations = { ...metadata?.annotations, "scorestack/description": description };
  return description === undefined
    ? rendered
    : { ...rendered, object: { ...object, metadata: { ...metadata, annotations } } };
}
