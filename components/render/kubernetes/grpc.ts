import type { types } from "@pulumi/kubernetes";
import { configurationName } from "./configuration";
import type { GrpcPlan, KubernetesServicePlan, VersionPlan } from "./plan";
import { byteQuantity, cpuQuantity } from "./quantities";

type Container = types.input.core.v1.Container;

/** Where it listens in the pod. */
export const grpcContainerPort = 5002;
/** Name of that port. */
export const grpcPortName = "grpc";
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

function resourcesOf({ cpuCores, memoryInGb }: GrpcPlan): types.input.core.v1.ResourceRequirements {
  const memory = byteQuantity(memoryInGb);
  return {
    requests: { cpu: cpuQuantity(cpuCores), memory },
    limits: { cpu: cpuQuantity(Math.max(1, cpuCores)), memory },
  };
}

function timesOf({ periodSeconds, timeoutSeconds, failureThreshold }: VersionPlan["probes"]["liveness"]) {
  return { periodSeconds, timeoutSeconds, failureThreshold };
}

function probeOf(service: string, times: object): types.input.core.v1.Probe {
  return { grpc: { port: grpcContainerPort, service }, ...times };
}
