import * as pulumi from "@pulumi/pulumi";
import { ImagePlatform } from "../azure/image-place";
import type { EdgeModuleDeploymentArgs } from "../edge-module-options";
import { supportDaysLeft } from "../internal/edge-rules";
import type { CheckedEdge } from "./checks";

/** What is allowed and can surprise, one text each. */
export function edgeWarnings(
  { modules, base, hub }: EdgeModuleDeploymentArgs,
  { platform, runtimeVersion }: Pick<CheckedEdge, "platform" | "runtimeVersion">,
  now: Date,
): string[] {
  const warnings: string[] = [];
  const days = supportDaysLeft(runtimeVersion, now);
  if (days !== undefined) {
    warnings.push(
      `support of IoT Edge ${runtimeVersion} ends in ${days} days: update the devices before 'runtimeVersion'`,
    );
  }
  if (platform === ImagePlatform.arm32v7) {
    warnings.push(
      "PyPI has few wheels for linux/arm/v7: numpy, scikit-learn and onnxruntime have none there, so their images must have a base image with them",
    );
  }
  if (hub?.hostName !== undefined && (base === true || typeof base === "object")) {
    warnings.push("'base' takes the place of each base with a lower priority in a hub that others may use");
  }
  for (const [name, { authEnabled, hostPort, hostAddress = "127.0.0.1" }] of Object.entries(modules)) {
    if (authEnabled === false && hostPort !== undefined && !hostAddress.startsWith("127.")) {
      warnings.push(`everyone who reaches port ${hostPort} of a device may call module '${name}': it asks for no key`);
    }
  }
  return warnings;
}

/** Warns of what is allowed and can surprise. */
export function tellOfEdge(component: pulumi.Resource, args: EdgeModuleDeploymentArgs, checked: CheckedEdge): void {
  for (const warning of edgeWarnings(args, checked, new Date())) {
    void pulumi.log.warn(warning, component);
  }
}
