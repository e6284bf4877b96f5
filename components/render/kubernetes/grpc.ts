import type { types } from "@pulumi/kubernetes";
import { configurationName } from "./configuration";
import type { CustomObject } from "./custom";
import { gatewayApi, grpcListener, parentOf } from "./gateway";
import { serviceMetadata, versionObjectName } from "./names";
import type { GrpcPlan, KubernetesServicePlan, VersionPlan } from "./plan";
import { byteQuantity, cpuQuantity } from "./quantities";
import { versionHeader } from "./route";

type Container = types.input.core.v1.Container;

/** Where it listens in the pod. */
export const grpcContainerPort = 5002;
/** Name of that port. */
export const grpcPortName = "grpc";
/** The service of the Open Inference Protocol. */
const inferenceService = "inference.GRPCInferenceService";
/** What its health service says of itself alone; by the empty name it says how the scoring server is. */
const liveness = "liveness";
/** How much earlier than the scoring server it ends: what it has in hand, that server still has to answer. */
const leadSeconds = 5;

/** The container beside the server, of the same image. It gets no secrets: the keys that callers send are the server's to judge. */
export function renderGrpcContainer(plan: KubernetesServicePlan, version: VersionPlan): Container[] {
  const { grpc } = plan;
  if (grpc === undefined) {
    return [];
  }
  const { probes, preStopSeconds } = version;
  const stopSeconds = preStopSeconds - leadSeconds;
  return [
    {
      name: "grpc",
      image: version.imageRef,
      imagePullPolicy: "IfNotPresent",
      command: ["python", "/opt/scorestack/grpc_front.py"],
      ports: [{ name: grpcPortName, containerPort: grpcContainerPort, protocol: "TCP" }],
      envFrom: [{ configMapRef: { name: configurationName(plan, version) } }],
      env: [
        { name: "HOME", value: "/tmp" },
        { name: "SCORESTACK_GRPC_HOST", value: "0.0.0.0" },
        { name: "SCORESTACK_GRPC_MAX_BYTES", value: String(grpc.maxMessageBytes) },
        { name: "SCORESTACK_GRPC_PORT", value: String(grpcContainerPort) },
      ],
      resources: resourcesOf(grpc),
      startupProbe: probeOf(liveness, { periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 60 }),
      readinessProbe: probeOf("", {
        ...timesOf(probes.readiness),
        successThreshold: probes.readiness.successThreshold,
      }),
      livenessProbe: probeOf(liveness, timesOf(probes.liveness)),
      ...(stopSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: stopSeconds } } } } : {}),
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    },
  ];
}

/** The port of a Service; its protocol is told to gateways, which else take it for HTTP/1.1. */
export function grpcPortsOf({ grpc }: KubernetesServicePlan): types.input.core.v1.ServicePort[] {
  return grpc === undefined
    ? []
    : [
        {
          name: grpcPortName,
          port: grpc.port,
          targetPort: grpcPortName,
          protocol: "TCP",
          appProtocol: "kubernetes.io/h2c",
        },
      ];
}

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

function resourcesOf({ cpuCores, memoryInGb }: GrpcPlan): types.input.core.v1.ResourceRequirements {
  const memory = byteQuantity(memoryInGb);
  return { requests: { cpu: cpuQuantity(cpuCores), memory }, limits: { memory } };
}

function timesOf({ periodSeconds, timeoutSeconds, failureThreshold }: VersionPlan["probes"]["liveness"]) {
  return { periodSeconds, timeoutSeconds, failureThreshold };
}

function probeOf(service: string, times: object): types.input.core.v1.Probe {
  return { grpc: { port: grpcContainerPort, service }, ...times };
}
