import { type AksServiceArgs, Exposure, type GrpcArgs } from "../aks-service-options";
import { numberFrom } from "../internal/kubernetes-rules";
import { wholeNumber } from "../internal/problems";
import { someText } from "../internal/rules";
import type { Problems } from "../internal/validate";
import type { GrpcPlan } from "../render/kubernetes/plan";
import { servicePort } from "../render/kubernetes/service";
import { exposureOf } from "./exposure";
import { versionsOf } from "./traffic";

const needed = ["grpcio", "protobuf"];
const bytesInMb = 2 ** 20;

/** What a replica's gRPC has for itself: its pods need as much more. */
export function grpcSizeOf({ cpuCores = 0.1, memoryInGb = 0.5 }: GrpcArgs): Pick<GrpcPlan, "cpuCores" | "memoryInGb"> {
  return { cpuCores, memoryInGb };
}

/** Checks how a service answers gRPC; undefined where it does not. */
export function checkGrpc(problems: Problems, args: AksServiceArgs): GrpcPlan | undefined {
  const { grpc } = args;
  if (grpc === undefined) {
    return undefined;
  }
  const { port = 8081, listenerName, maxMessageSizeInMb = 4 } = grpc;
  problems.plain("grpc.port", grpc.port, wholeNumber(1, 65535));
  problems.plain("grpc.maxMessageSizeInMb", grpc.maxMessageSizeInMb, wholeNumber(1, 100));
  problems.plain("grpc.cpuCores", grpc.cpuCores, numberFrom(0.01, 64));
  problems.plain("grpc.memoryInGb", grpc.memoryInGb, numberFrom(0.1, 64));
  problems.plain("grpc.listenerName", listenerName, someText);
  if (httpPorts(args).includes(port)) {
    problems.add("grpc.port", "must be another than HTTP's", String(port));
  }
  checkListener(problems, args, listenerName);
  checkPackages(problems, args);
  return {
    port,
    maxMessageBytes: maxMessageSizeInMb * bytesInMb,
    ...grpcSizeOf(grpc),
    ...(listenerName === undefined ? {} : { listenerName }),
  };
}

function httpPorts(args: AksServiceArgs): readonly number[] {
  const outer = exposureOf(args) === Exposure.gateway ? (args.tls ? 443 : servicePort) : (args.port ?? servicePort);
  // Behind a shared Gateway nobody sees the Services' ports but the Gateway.
  return [servicePort, outer];
}

/** By Gateway API, `GRPCRoute` and `HTTPRoute` of one domain can't share a listener; services tell each other apart by their domains. */
function checkListener(problems: Problems, args: AksServiceArgs, listenerName: string | undefined): void {
  const isShared = exposureOf(args) === Exposure.gateway && args.host.gateway?.shared !== undefined;
  if (!isShared) {
    if (listenerName !== undefined) {
      const rule = "must be left out where the host's Gateway is not shared";
      problems.add("grpc.listenerName", rule, undefined, "the service's own Gateway has a listener for it");
    }
    return;
  }
  if (listenerName === undefined) {
    const remedy = "name a listener whose allowed routes are of the kind GRPCRoute alone";
    problems.add("grpc.listenerName", "must be given where the host's Gateway is shared", undefined, remedy);
  }
  if (args.hostname === undefined) {
    const remedy = "every service of a shared listener has the same gRPC methods";
    problems.add("hostname", "must come with 'grpc' where the host's Gateway is shared", undefined, remedy);
  }
}

/** Where the packages are not known, a container without them ends with a line that says so. */
function checkPackages(problems: Problems, args: AksServiceArgs): void {
  for (const [name, { image }] of Object.entries(versionsOf(args))) {
    const { packages } = image;
    const missing = packages === undefined ? [] : needed.filter((one) => !packages.includes(one));
    if (missing.length > 0) {
      const property = args.versions === undefined ? "image" : `versions.${name}.image`;
      const got = missing.map((one) => `no '${one}'`).join(" and ");
      const remedy = "add them to its conda file, and run npm run lock";
      problems.add(property, "must have 'grpcio' and 'protobuf' in its environment with 'grpc'", got, remedy);
    }
  }
}
