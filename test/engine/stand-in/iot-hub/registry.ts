import { randomBytes } from "node:crypto";
import type { Values } from "../../../../provider/rpc/values";
import { listOf, recordOf, textOf } from "../values";
import type { HubLimits } from "./configurations";
import { newModule } from "./devices";
import { HubRefusal } from "./refusal";
import { type HubDevice, type HubState, newEtag, tick } from "./state";

/** As a device's own resource answers it. */
export function identityOf(device: HubDevice): Values {
  const { modules: _, tags: __, ...identity } = device;
  return { ...(identity as unknown as Values), connectionState: "Disconnected", cloudToDeviceMessageCount: 0 };
}

export function deviceAt(state: HubState, deviceId: string): HubDevice {
  const device = state.devices[deviceId];
  if (!device) {
    throw new HubRefusal(404, "DeviceNotFound", `Device ${deviceId} not registered`);
  }
  return device;
}

/** `PUT /devices/{id}`: makes a device, or changes one that is as the caller thinks. */
export function putDevice(
  state: HubState,
  deviceId: string,
  body: Values,
  ifMatch: string | undefined,
  limits: HubLimits,
) {
  const there = state.devices[deviceId];
  if (there && ifMatch === undefined) {
    throw new HubRefusal(409, "DeviceAlreadyExists", `Device ${deviceId} already registered`);
  }
  if (!there && ifMatch !== undefined) {
    throw new HubRefusal(404, "DeviceNotFound", `Device ${deviceId} not registered`);
  }
  if (there && ifMatch !== "*" && ifMatch !== there.etag) {
    throw new HubRefusal(412, "PreconditionFailed", "Precondition failed: the ETag does not match");
  }
  const isEdge = recordOf(body.capabilities).iotEdge === true;
  if (there && there.capabilities.iotEdge && !isEdge) {
    throw new HubRefusal(400, "ArgumentInvalid", "The edge capability of a device can't be taken away");
  }
  const made = there ?? newDevice(state, deviceId, limits);
  const device: HubDevice = {
    ...made,
    etag: newEtag(state),
    status: textOf(body.status) || "enabled",
    authentication: authenticationOf(recordOf(body.authentication)),
    capabilities: { iotEdge: isEdge },
    parentScopes: listOf(body.parentScopes).map(textOf),
    modules: isEdge ? { $edgeAgent: newModule(), $edgeHub: newModule(), ...made.modules } : made.modules,
  };
  requireParents(state, device);
  state.devices[deviceId] = device;
  return device;
}

/** `POST /devices`: many at once, each with the tags of its twin. What is wrong with one does not stop the others. */
export function bulk(state: HubState, entries: readonly Values[], limits: HubLimits) {
  const errors: Values[] = [];
  for (const entry of entries) {
    const deviceId = textOf(entry.id);
    try {
      if (entry.importMode !== "create") {
        throw new HubRefusal(400, "ArgumentInvalid", `The stand-in's hub has importMode 'create' alone`);
      }
      putDevice(state, deviceId, entry, undefined, limits).tags = recordOf(entry.tags);
    } catch (problem) {
      if (!(problem instanceof HubRefusal)) {
        throw problem;
      }
      errors.push({ deviceId, errorCode: problem.code, errorStatus: problem.message });
    }
  }
  return { isSuccessful: errors.length === 0, errors, warnings: [] };
}

/** `PATCH /twins/{id}`: members that are null go. */
export function patchTags(state: HubState, device: HubDevice, tags: Values): void {
  const merged = { ...device.tags, ...tags };
  device.tags = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  if (Buffer.byteLength(JSON.stringify(device.tags)) > 8 * 1024) {
    throw new HubRefusal(400, "ArgumentInvalid", "Tags can have at most 8 KB");
  }
  device.etag = newEtag(state);
}

function newDevice(state: HubState, deviceId: string, limits: HubLimits): HubDevice {
  if (!/^[A-Za-z0-9\-:.+%_#*?!(),=@$']{1,128}$/.test(deviceId)) {
    throw new HubRefusal(400, "ArgumentInvalid", `The device id '${deviceId}' is not valid`);
  }
  if (Object.keys(state.devices).length >= limits.devices) {
    throw new HubRefusal(403, "DeviceMaximumCountExceeded", `The hub can have at most ${limits.devices} devices`);
  }
  const generationId = String(Date.parse(tick(state)));
  return {
    deviceId,
    generationId,
    etag: "",
    status: "enabled",
    authentication: {},
    capabilities: { iotEdge: true },
    deviceScope: `ms-azure-iot-edge://${deviceId}-${generationId}`,
    parentScopes: [],
    tags: {},
    modules: {},
  };
}

function authenticationOf(asked: Values): Values {
  const type = textOf(asked.type) || "sas";
  const { primaryKey, secondaryKey } = recordOf(asked.symmetricKey);
  const { primaryThumbprint, secondaryThumbprint } = recordOf(asked.x509Thumbprint);
  if (type === "selfSigned" && !/^([0-9A-F]{40}|[0-9A-F]{64})$/i.test(textOf(primaryThumbprint))) {
    throw new HubRefusal(400, "ArgumentInvalid", "The thumbprint of a certificate is not valid");
  }
  const key = (given: Values[string] | undefined): string => textOf(given) || randomBytes(32).toString("base64");
  return {
    type,
    symmetricKey: type === "sas" ? { primaryKey: key(primaryKey), secondaryKey: key(secondaryKey) } : {},
    x509Thumbprint:
      type === "selfSigned"
        ? { primaryThumbprint: primaryThumbprint ?? null, secondaryThumbprint: secondaryThumbprint ?? null }
        : {},
  };
}

function requireParents(state: HubState, { parentScopes }: HubDevice): void {
  const scopes = Object.values(state.devices).map(({ deviceScope }) => deviceScope);
  if (parentScopes.some((scope) => !scopes.includes(scope))) {
    throw new HubRefusal(400, "ArgumentInvalid", "A parent scope must be that of a device");
  }
}
