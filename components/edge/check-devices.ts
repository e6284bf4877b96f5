import { plainFlag } from "../container/reporting";
import { EdgeAuthenticationType, type EdgeDeviceArgs, type EdgeModuleDeploymentArgs } from "../edge-module-options";
import type { EdgeAuthentication } from "../internal/edge-contract";
import * as edge from "../internal/edge-rules";
import { nameRule } from "../internal/names";
import { oneOf, shown } from "../internal/problems";
import type { Problems } from "../internal/validate";

/** A name that a resource's name is made of. */
export const childName = nameRule(
  /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  "must be lower-case letters, digits and dashes, a letter first and no dash last",
);

/** Checks the devices; returns them with their defaults. */
export function checkDevices(
  problems: Problems,
  { devices = {} }: EdgeModuleDeploymentArgs,
  rings: readonly { readonly ringName: string }[],
) {
  const names = rings.map(({ ringName }) => ringName);
  const seen = new Set<string>();
  return Object.entries(devices).map(([name, device]) => {
    const part = problems.within(`devices.${name}.`);
    const { deviceId = name, ring = names.at(-1) ?? "" } = device;
    problems.plain("devices", name, childName);
    part.plain("deviceId", deviceId, edge.deviceId);
    part.plain("parentDeviceId", device.parentDeviceId, edge.deviceId);
    part.plain("ring", ring, oneOf(names));
    part.plain("tags", device.tags, edge.labels);
    part.plain("existing", device.existing, plainFlag);
    if (seen.has(deviceId)) {
      part.add("deviceId", "must be the id of one device only", shown(deviceId));
    }
    seen.add(deviceId);
    const { parentDeviceId, tags = {}, existing = false } = device;
    return { name, deviceId, ring, parentDeviceId, tags, existing, authentication: checkAuthentication(part, device) };
  });
}

/** The devices, checked. */
export type CheckedDevice = ReturnType<typeof checkDevices>[number];

function checkAuthentication(problems: Problems, device: EdgeDeviceArgs): EdgeAuthentication {
  const { authentication = EdgeAuthenticationType.symmetricKey, primaryThumbprint, secondaryThumbprint } = device;
  const isSelfSigned = authentication === EdgeAuthenticationType.selfSigned;
  problems.plain("authentication", authentication, oneOf(Object.values(EdgeAuthenticationType)));
  for (const key of ["primaryThumbprint", "secondaryThumbprint"] as const) {
    problems.plain(key, device[key], edge.thumbprint);
    if (device[key] !== undefined && !isSelfSigned) {
      problems.add(key, "must come with 'authentication: selfSigned'", undefined, "set it or leave this out");
    }
  }
  if (!isSelfSigned) {
    return { type: authentication };
  }
  if (primaryThumbprint === undefined) {
    problems.add("primaryThumbprint", "must be given with 'authentication: selfSigned'", "nothing");
  }
  return {
    type: authentication,
    primaryThumbprint: primaryThumbprint ?? "",
    ...(secondaryThumbprint === undefined ? {} : { secondaryThumbprint }),
  };
}
