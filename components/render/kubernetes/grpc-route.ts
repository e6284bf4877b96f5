import type { CustomObject } from "./custom";
import { gatewayApi, grpcListener, parentOf } from "./gateway";
import { serviceMetadata, versionObjectName } from "./names";
import type { KubernetesServicePlan, VersionPlan } from "./plan";
import { versionHeader } from "./route";

/** The service of the Open Inference Protocol. */
const inferenceService = "inference.GRPCInferenceService";

/** The way from the gateway to the versions' gRPC, divided as their HTTP is; undefined without either. */
export function renderGrpcRoute(plan: KubernetesServicePlan): CustomObject | undefined {
  const { exposure, grpc, versions } = plan;
  if (exposure.kind !== "gateway" || grpc === undefined) {
    return undefined;
  }
  const method = { type: "Exact", service: inferenceService };
  const backend = (version: VersionPlan) => ({
    group: "",
    kind: "Service",
    name: versionObjectName(plan, version),
    port: grpc.port,
  });
  const filters = versions.flatMap((version) =>
    version.mirrorPercent === undefined
      ? []
      : [{ type: "RequestMirror", requestMirror: { backendRef: backend(version), ...partOf(version.mirrorPercent) } }],
  );
  const serving = versions.filter(({ mirrorPercent }) => mirrorPercent === undefined);
  return {
    apiVersion: gatewayApi,
    kind: "GRPCRoute",
    metadata: serviceMetadata(plan),
    spec: {
      parentRefs: [{ ...parentOf(plan, exposure), sectionName: grpc.listenerName ?? grpcListener }],
      ...(exposure.hostnames.length > 0 ? { hostnames: [...exposure.hostnames] } : {}),
      rules: [
        ...versions.map((version) => ({
          matches: [{ method, headers: [{ type: "Exact", name: versionHeader, value: version.name }] }],
          backendRefs: [backend(version)],
        })),
        {
          matches: [{ method }],
          ...(filters.length > 0 ? { filters } : {}),
          backendRefs: serving.map((version) => ({ ...backend(version), weight: version.trafficPercent })),
        },
      ],
    },
  };
}

function partOf(percent: number): { readonly percent?: number } {
  return percent === 100 ? {} : { percent };
}
