import { renderNamespace, renderNetworkPolicy, renderServiceAccount } from "./access";
import { renderCertificate, renderConfiguration, renderKeys, renderSecrets } from "./configuration";
import { renderDeployment, renderDisruptionBudget } from "./deployment";
import { renderGateway } from "./gateway";
import { renderGrpcRoute } from "./grpc-route";
import type { KubernetesServicePlan, VersionPlan } from "./plan";
import { renderRoute } from "./route";
import { renderAutoscaler, renderScaledObject } from "./scaler";
import { renderAddress, renderReplicasService, renderService } from "./service";

const serviceRenders = {
  namespace: renderNamespace,
  account: renderServiceAccount,
  network: renderNetworkPolicy,
  keys: renderKeys,
  certificate: renderCertificate,
  gateway: renderGateway,
} as const;
const versionRenders = {
  config: renderConfiguration,
  secrets: renderSecrets,
  deployment: renderDeployment,
  service: renderService,
  replicas: renderReplicasService,
  budget: renderDisruptionBudget,
  scaler: renderScaledObject,
  autoscaler: renderAutoscaler,
} as const;
const exposingRenders = { address: renderAddress, route: renderRoute, "grpc-route": renderGrpcRoute } as const;

type Renders = typeof serviceRenders & typeof versionRenders & typeof exposingRenders;
/** What an object is for; part of its resource's name, so for life. */
export type Role = keyof Renders;

/** An object of the service; `version` is the version's name, for what each has of its own. */
export type RenderedObject = {
  [R in Role]: { readonly role: R; readonly version?: string; readonly object: NonNullable<ReturnType<Renders[R]>> };
}[Role];

/** Every object of a service, each after what it names. */
export function renderAll(plan: KubernetesServicePlan): readonly RenderedObject[] {
  return [
    ...rendered(serviceRenders, (render) => render(plan)),
    ...plan.versions.flatMap((version) => ofVersion(plan, version)),
    ...rendered(exposingRenders, (render) => render(plan)),
  ];
}

function ofVersion(plan: KubernetesServicePlan, version: VersionPlan): RenderedObject[] {
  return rendered(versionRenders, (render) => render(plan, version)).map((one) => ({ ...one, version: version.name }));
}

function rendered<F>(renders: Readonly<Record<string, F>>, call: (render: F) => object | undefined): RenderedObject[] {
  return Object.entries(renders).flatMap(([role, render]) => {
    const object = call(render);
    return object === undefined ? [] : [{ role, object } as RenderedObject];
  });
}
