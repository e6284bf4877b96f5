import { randomBytes } from "node:crypto";
import type {
  EdgeAuthentication,
  EdgeDeviceInputs,
  EdgeDeviceOutputs,
  EdgeJson,
} from "../../components/internal/edge-contract";
import { unknown } from "../rpc/values";
import { ownerTag } from "./check";
import { pick, recordOf, textOf } from "./values";

type Found = Record<string, EdgeJson>;

const newKey = (): string => randomBytes(32).toString("base64");

/** As a bulk create has it. */
export function bulkAuthentication(authentication: EdgeAuthentication): object {
  switch (authentication.type) {
    case "symmetricKey":
      return { type: "sas", symmetricKey: { primaryKey: newKey(), secondaryKey: newKey() } };
    case "selfSigned":
      return { type: "selfSigned", x509Thumbprint: thumbprints(authentication) };
    case "certificateAuthority":
      return { type: "certificateAuthority" };
  }
}

/** As a device's own resource has it; keys stay what they are. */
export function identityAuthentication(authentication: EdgeAuthentication, found: Found): object {
  const bulk = bulkAuthentication(authentication);
  return authentication.type === "symmetricKey"
    ? { ...bulk, ...(found.type === "sas" && { symmetricKey: found.symmetricKey }) }
    : bulk;
}

function thumbprints({ primaryThumbprint, secondaryThumbprint }: EdgeAuthentication & { type: "selfSigned" }): object {
  return { primaryThumbprint, secondaryThumbprint: secondaryThumbprint ?? primaryThumbprint };
}

/** What a device's resource may be written with. */
export function writable({ deviceId, status, statusReason, etag, deviceScope }: Found): Found {
  const members = { deviceId, status, statusReason, etag, deviceScope };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Found;
}

export function outputsOf(news: EdgeDeviceInputs, found: Found): EdgeDeviceOutputs {
  const { primaryKey, secondaryKey } = recordOf(recordOf(found.authentication).symmetricKey);
  const keys = {
    primaryKey: textOf(primaryKey),
    secondaryKey: textOf(secondaryKey),
    connectionString: `HostName=${news.hub};DeviceId=${news.deviceId};SharedAccessKey=${textOf(primaryKey)}`,
  };
  return {
    ...news,
    ...(news.authentication.type === "symmetricKey" ? keys : {}),
    deviceScope: textOf(found.deviceScope),
    generationId: textOf(found.generationId),
  };
}

export function keysOf({ primaryKey, secondaryKey, connectionString }: EdgeDeviceOutputs): object {
  return { primaryKey, secondaryKey, connectionString };
}

export function unknownKeys({ type }: EdgeAuthentication): object {
  return type === "symmetricKey" ? { primaryKey: unknown, secondaryKey: unknown, connectionString: unknown } : {};
}

/** As it stands: what somebody has changed shows as a difference to what the program wants. */
export function asFound(olds: EdgeDeviceOutputs, found: Found, tags: Found): EdgeDeviceOutputs {
  const ours = pick(tags, Object.keys(olds.tags));
  if (olds.attach) {
    return { ...olds, tags: ours, deviceScope: textOf(found.deviceScope), generationId: textOf(found.generationId) };
  }
  const { parentDeviceId: _, ...rest } = olds;
  const [parent] = Array.isArray(found.parentScopes) ? found.parentScopes.map(textOf) : [];
  const parentDeviceId = /^ms-azure-iot-edge:\/\/(.+)-\d+$/.exec(parent ?? "")?.[1];
  const seen: EdgeDeviceInputs = {
    ...rest,
    tags: ours,
    authentication: authenticationOf(found, olds.authentication),
    ...(parentDeviceId === undefined ? {} : { parentDeviceId }),
    owner: textOf(tags[ownerTag]),
  };
  return outputsOf(inputsOf(seen), found);
}

function inputsOf(seen: EdgeDeviceInputs): EdgeDeviceInputs {
  const { hub, deviceId, authentication, parentDeviceId, tags, attach: isAttached, owner } = seen;
  const parent = parentDeviceId === undefined ? {} : { parentDeviceId };
  return { hub, deviceId, authentication, ...parent, tags, attach: isAttached, owner };
}

function authenticationOf(found: Found, olds: EdgeAuthentication): EdgeAuthentication {
  const { type, x509Thumbprint } = recordOf(found.authentication);
  const { primaryThumbprint, secondaryThumbprint } = recordOf(x509Thumbprint);
  if (type === "selfSigned") {
    const second =
      olds.type === "selfSigned" && olds.secondaryThumbprint === undefined && primaryThumbprint === secondaryThumbprint;
    return {
      type: "selfSigned",
      primaryThumbprint: textOf(primaryThumbprint),
      ...(second ? {} : { secondaryThumbprint: textOf(secondaryThumbprint) }),
    };
  }
  return { type: type === "certificateAuthority" ? "certificateAuthority" : "symmetricKey" };
}
