import { type ImagePlatform, ImagePlatform as platforms } from "../azure/image-place";
import { plainFlag } from "../container/reporting";
import {
  EdgeImagePullPolicy,
  type EdgeModuleArgs,
  type EdgeModuleDeploymentArgs,
  EdgeModuleStatus,
  EdgeRestartPolicy,
} from "../edge-module-options";
import * as aci from "../internal/aci-rules";
import * as edge from "../internal/edge-rules";
import { numberInTenths, oneOf, shown, wholeNumber } from "../internal/problems";
import * as rules from "../internal/rules";
import { isLater, type Problems } from "../internal/validate";
import { checkKeys, checkServing, checkVariables } from "../serving";
import { optionsOf } from "./container-options";
import { checkFeed } from "./feed";

/** Checks the modules; returns them with their defaults. */
export function checkModules(problems: Problems, args: EdgeModuleDeploymentArgs, platform: ImagePlatform) {
  const entries = Object.entries(args.modules);
  const { modules: most } = edge.edgeLimits;
  const count = entries.length + entries.filter(([, { feed }]) => feed !== undefined).length;
  if (count === 0 || count > most) {
    problems.add("modules", `must be 1 to ${most}`, shown(count), "IoT Hub takes no more in a deployment");
  }
  const ports = new Set<number>();
  return entries.map(([name, module]) => {
    const part = problems.within(`modules.${name}.`);
    problems.plain("modules", name, edge.moduleName);
    checkPort(part, module, ports);
    checkPlatform(part, module, platform);
    checkServer(part, args, module);
    const feed = checkFeed(part, name, module, args);
    return { name, keyed: module.authEnabled !== false, feed, ...checkModule(part, name, module) };
  });
}

/** The modules, checked. */
export type CheckedModule = ReturnType<typeof checkModules>[number];

function checkModule(problems: Problems, name: string, args: EdgeModuleArgs) {
  const { startTimeoutSeconds = 300, status = EdgeModuleStatus.running } = args;
  const { restartPolicy = EdgeRestartPolicy.always, imagePullPolicy = EdgeImagePullPolicy.onCreate } = args;
  const keyed = args.authEnabled !== false;
  problems.plain("authEnabled", args.authEnabled, plainFlag);
  problems.plain("restartPolicy", restartPolicy, oneOf(Object.values(EdgeRestartPolicy)));
  problems.plain("imagePullPolicy", imagePullPolicy, oneOf(Object.values(EdgeImagePullPolicy)));
  problems.plain("status", status, oneOf(Object.values(EdgeModuleStatus)));
  problems.plain("startupOrder", args.startupOrder, edge.startupOrder);
  problems.plain("cpuCores", args.cpuCores, numberInTenths(0.1, 64));
  problems.plain("memoryInGb", args.memoryInGb, numberInTenths(0.1, 256));
  problems.plain("createOptions", args.createOptions, edge.createOptions);
  if (args.createOptions === undefined || edge.createOptions.holds(args.createOptions)) {
    problems.plain("createOptions", optionsOf(args), edge.createOptionsSize);
  }
  return {
    args,
    image: {
      identity: problems.check("image.identity", args.image.identity, rules.contentIdentity),
      ref: problems.check("image.ref", args.image.ref, aci.settledImage),
    },
    serving: {
      // Its name has been checked as the module's.
      ...checkServing(problems, "module", args),
      serviceName: name,
      startTimeoutSeconds: problems.check("startTimeoutSeconds", startTimeoutSeconds, wholeNumber(1, 3600)),
    },
    keys: checkKeys(problems, args, keyed),
    environmentVariables: checkVariables(problems, args.environmentVariables),
    restartPolicy,
    imagePullPolicy,
    status,
  };
}

function checkPort(problems: Problems, { hostPort, hostAddress }: EdgeModuleArgs, ports: Set<number>): void {
  problems.plain("hostPort", hostPort, wholeNumber(1, 65535));
  problems.plain("hostAddress", hostAddress, edge.hostAddress);
  if (hostAddress !== undefined && hostPort === undefined) {
    problems.add("hostAddress", "must come with 'hostPort'", undefined, "set it or leave this out");
  }
  if (hostPort !== undefined && ports.has(hostPort)) {
    problems.add("hostPort", "must be the port of one module only", shown(hostPort));
  }
  if (hostPort !== undefined) {
    ports.add(hostPort);
  }
}

function checkPlatform(problems: Problems, { image }: EdgeModuleArgs, platform: ImagePlatform): void {
  problems.plain("image.platform", image.platform, oneOf(Object.values(platforms)));
  if (Object.values(platforms).some((known) => known === image.platform) && image.platform !== platform) {
    const remedy = "build it for them: 'images.platform' of its workspace";
    problems.add("image.platform", "must be that of the devices, 'platform'", shown(image.platform), remedy);
  }
}

/** A token reads one registry. */
function checkServer(problems: Problems, args: EdgeModuleDeploymentArgs, { image }: EdgeModuleArgs): void {
  const { host, registryToken, registryCredentials } = args;
  if (registryToken === false || registryCredentials !== undefined) {
    return;
  }
  if (!isLater(image.ref) && !isLater(host.registryServer)) {
    const [ref, server] = [image.ref as string, host.registryServer as string];
    if (aci.settledImage.holds(ref) && !ref.startsWith(`${server}/`)) {
      const remedy = "import it: az acr import; or give 'registryCredentials'";
      problems.add("image.ref", "must be in the host's registry, which the token is for", shown(ref), remedy);
    }
  }
}
