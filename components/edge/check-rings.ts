import {
  type EdgeGateArgs,
  EdgeHubSku,
  type EdgeModuleDeploymentArgs,
  type EdgeRingArgs,
} from "../edge-module-options";
import * as edge from "../internal/edge-rules";
import { shown, wholeNumber } from "../internal/problems";
import type { Problems } from "../internal/validate";

const share = {
  must: "must be a number from 0 to 1",
  holds: (value: unknown) => typeof value === "number" && value >= 0 && value <= 1,
};

/** Checks the rings; returns them in their order, with their defaults. */
export function checkRings(
  problems: Problems,
  deploymentName: string,
  args: EdgeModuleDeploymentArgs,
  base: { readonly priority: number } | undefined,
) {
  const { rings = [{ ringName: "all" }] } = args;
  if (rings.length === 0) {
    problems.add("rings", "must be one at least", "none", "leave it out for one of all devices");
  }
  checkNumber(problems, args, rings.length, base !== undefined);
  return rings.map((ring, index) => {
    const part = problems.within(`rings[${index}].`);
    const { ringName, priority = 10, targetCondition = conditionOf(deploymentName, ringName) } = ring;
    part.plain("ringName", ringName, edge.ringName);
    if (rings.findIndex((other) => other.ringName === ringName) < index) {
      part.add("ringName", "must be the name of one ring only", shown(ringName));
    }
    part.plain("targetCondition", ring.targetCondition, edge.targetCondition);
    part.plain("priority", priority, edge.priority);
    if (base !== undefined && edge.priority.holds(priority) && priority <= base.priority) {
      const remedy = "the highest base is the one that a device has, with the layers above it";
      part.add("priority", `must be above that of the base, ${base.priority}`, shown(priority), remedy);
    }
    return { ringName, priority, targetCondition, gate: checkGate(part, ring, index === rings.length - 1) };
  });
}

/** The rings, checked. */
export type CheckedRing = ReturnType<typeof checkRings>[number];

/** Tag of a device's twin that says which of a deployment's rings it is in. */
export function ringTag(deploymentName: string): string {
  return `${deploymentName.replace(/-+(\w)/g, (_, letter: string) => letter.toUpperCase())}Ring`;
}

function conditionOf(deploymentName: string, ring: string): string {
  return `tags.${ringTag(deploymentName)}='${ring}'`;
}

function checkGate(problems: Problems, { gate }: EdgeRingArgs, isLast: boolean) {
  if (gate === false || (gate === undefined && isLast)) {
    return undefined;
  }
  const given: EdgeGateArgs = gate ?? {};
  const checked = {
    deadlineSeconds: given.deadlineSeconds ?? 1800,
    soakSeconds: given.soakSeconds ?? 60,
    maximumOfflineShare: given.maximumOfflineShare ?? 0.2,
    minimumDevices: given.minimumDevices ?? 1,
    pollSeconds: given.pollSeconds ?? 15,
  };
  problems.plain("gate.deadlineSeconds", checked.deadlineSeconds, wholeNumber(10, 86400));
  problems.plain("gate.soakSeconds", checked.soakSeconds, wholeNumber(0, 86400));
  problems.plain("gate.maximumOfflineShare", checked.maximumOfflineShare, share);
  problems.plain("gate.minimumDevices", checked.minimumDevices, wholeNumber(0, 1000000));
  problems.plain("gate.pollSeconds", checked.pollSeconds, wholeNumber(1, 3600));
  if (checked.soakSeconds >= checked.deadlineSeconds) {
    problems.add("gate.soakSeconds", "must be less than 'gate.deadlineSeconds'", shown(checked.soakSeconds));
  }
  return checked;
}

/** While a change is under way each ring has two deployments: the next is there before the last one goes. */
function checkNumber(problems: Problems, { hub }: EdgeModuleDeploymentArgs, rings: number, hasBase: boolean): void {
  const isFree = hub?.sku === EdgeHubSku.free;
  const limit = isFree ? edge.edgeLimits.freeDeployments : edge.edgeLimits.deployments;
  const most = Math.floor(limit / 2) - (hasBase ? 1 : 0);
  if (rings > most) {
    const remedy = `a hub holds ${limit} deployments, and each change has two of each for a while`;
    problems.add("rings", `must be at most ${most}`, shown(rings), remedy);
  }
}
