import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { renderAll } from "../../components/render/kubernetes/all";
import { renderBatchObjects } from "../../components/render/kubernetes/batch-job";
import type { Exposure, KubernetesServicePlan } from "../../components/render/kubernetes/plan";
import { batchPlan, fullBatchPlan } from "../support/batch-plan";
import { nvidiaPlugin } from "../../components/aks/gpus";
import { amdPlugin } from "../../components/fpga/machine";
import { renderDevicePlugin } from "../../components/render/kubernetes/device-plugin";
import { byRequests, fullPlan, grpc, servicePlan, versionPlan } from "../support/kubernetes-plan";

/** An object as it is sent. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

const shared: Exposure = {
  kind: "gateway",
  gateway: { name: "shared", namespace: "gateways" },
  proxyNamespace: "gateways",
  hostnames: [],
  pathPrefix: "/api/v1/service/shared",
  hiddenPaths: ["/metrics"],
};

/** Services that have, between them, all that can be rendered. */
export const plans: Readonly<Record<string, KubernetesServicePlan>> = {
  full: fullPlan(),
  least: servicePlan({ serviceName: "least" }),
  balanced: servicePlan({
    serviceName: "balanced",
    versions: [versionPlan({ replicas: byRequests })],
    exposure: { kind: "loadBalancer", isInternal: true, port: 80, allowedRanges: ["10.1.0.0/16"] },
  }),
  shared: servicePlan({ serviceName: "shared", exposure: shared }),
  spoken: { ...fullPlan(), serviceName: "spoken", ownsNamespace: false, grpc },
  spokenInside: servicePlan({ serviceName: "spoken-inside", grpc }),
  spokenShared: servicePlan({
    serviceName: "spoken-shared",
    exposure: { ...shared, hostnames: ["a.example.com"] },
    grpc: { ...grpc, listenerName: "grpc" },
  }),
  accelerated: servicePlan({
    serviceName: "accelerated",
    versions: [
      versionPlan({
        extendedResources: { "amd.com/u250": 1 },
        nodeSelector: { "scorestack/pool": "fpga" },
        tolerations: [{ key: "sku", value: "fpga", effect: "NoSchedule" }],
      }),
    ],
  }),
  issued: servicePlan({
    serviceName: "issued",
    exposure: {
      ...shared,
      gateway: {
        className: "istio",
        isInternal: false,
        tls: { from: "issuer", issuerKind: "ClusterIssuer", issuerName: "letsencrypt" },
      },
      hostnames: ["a.example.com", "*.b.example.com"],
    },
  }),
};

/** Batch runs that have, between them, all that can be rendered. */
export const batches: readonly Manifest[][] = [
  fullBatchPlan(),
  batchPlan({ jobName: "least-batch", inputClaim: "scores" }),
].map((plan) => renderBatchObjects(plan).map(({ object }) => object as unknown as Manifest));

/** The objects of a service, as they would be sent. */
export function manifestsOf(plan: KubernetesServicePlan): Manifest[] {
  return renderAll(plan).map(({ object }) => object as unknown as Manifest);
}

/** What tells Kubernetes of devices, beside the services. */
export const devicePlugins = Object.entries({ nvidia: nvidiaPlugin, "amd-fpga": amdPlugin }).map(
  ([name, plugin]) =>
    renderDevicePlugin({ name, ...plugin, nodes: { nodeSelector: { pool: name } } }) as unknown as Manifest,
);

/** Writes the device plugins into a file. */
export function writePlugins(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "plugins.yaml"), devicePlugins.map((object) => stringify(object)).join("---\n"));
}

/** Writes each service's objects into a file of its name. */
export function writeManifests(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, plan] of Object.entries(plans)) {
    const texts = manifestsOf(plan).map((object) => stringify(object));
    fs.writeFileSync(path.join(folder, `${name}.yaml`), texts.join("---\n"));
  }
  const texts = batches.flat().map((object) => stringify(object));
  fs.writeFileSync(path.join(folder, "batch.yaml"), texts.join("---\n"));
}
