import {
  type EdgeDeviceInputs,
  type EdgeDeviceOutputs,
  type EdgeJson,
  edgeTokens,
} from "../../components/internal/edge-contract";
import { compare } from "../rpc/diff";
import { type Context, type Handler, UserError } from "../rpc/handler";
import { unknown } from "../rpc/values";
import { checkDevice, ownerTag } from "./check";
import {
  asFound,
  bulkAuthentication,
  identityAuthentication,
  keysOf,
  outputsOf,
  unknownKeys,
  writable,
} from "./device-identity";
import { Hub } from "./hub";
import { changedSecrecy, isLaterHub, recordOf, textOf } from "./values";

type Found = Record<string, EdgeJson>;

/** `scorestack:edge:Device`: a device that runs IoT Edge; made here, or attached to. */
export function deviceHandler(): Handler<EdgeDeviceInputs, EdgeDeviceOutputs> {
  return {
    token: edgeTokens.device,
    secrets: ["primaryKey", "secondaryKey", "connectionString"],
    check: checkDevice,
    diff: (olds, _, news, secrecy) => {
      const changes = { ...changedSecrecy(secrecy), ...compare(managed(olds), managed(news)) };
      return Promise.resolve({ changes, replaces: ["hub", "deviceId"].filter((path) => !isLaterHub(path, news)) });
    },
    preview: (news, olds) => {
      const isKept = olds !== undefined && olds.authentication.type === news.authentication.type;
      const later = isKept ? { ...keysOf(olds) } : unknownKeys(news.authentication);
      return Promise.resolve({
        ...news,
        ...later,
        deviceScope: olds?.deviceScope ?? unknown,
        generationId: olds?.generationId ?? unknown,
      });
    },
    create: async (news, context) => ({ id: news.deviceId, outputs: await make(news, context) }),
    update: change,
    read: async (id, olds) => {
      const hub = new Hub(olds.hub);
      const [found, tags] = [await identity(hub, id), await tagsOf(hub, id)];
      return found && asFound(olds, found, tags);
    },
    delete: remove,
  };
}

function managed(inputs: EdgeDeviceInputs): object {
  const { hub, deviceId, authentication, parentDeviceId, tags, attach, owner } = inputs;
  // What an attached device is like is its owner's affair.
  return { hub, deviceId, tags, attach, owner, ...(attach ? {} : { authentication, parentDeviceId }) };
}

async function make(news: EdgeDeviceInputs, context: Context): Promise<EdgeDeviceOutputs> {
  const hub = new Hub(news.hub, context);
  if (news.attach) {
    return attach(hub, news, {});
  }
  const { deviceId, owner } = news;
  const body = [
    {
      id: deviceId,
      importMode: "create",
      status: "enabled",
      capabilities: { iotEdge: true },
      authentication: bulkAuthentication(news.authentication),
      parentScopes: await parentScopes(hub, news),
      // In one step with the device: a run that dies after it finds whose it is.
      tags: { ...news.tags, [ownerTag]: owner },
    },
  ];
  const reply = recordOf((await hub.call({ method: "POST", path: "devices", body, answers: [400, 409] })).body);
  const found = await identity(hub, deviceId);
  const theirs = textOf((await tagsOf(hub, deviceId))[ownerTag]);
  if (reply.isSuccessful === true && found) {
    return outputsOf(news, found);
  }
  if (!found) {
    const [problem] = Array.isArray(reply.errors) ? reply.errors.map(recordOf) : [];
    throw new UserError(
      `'${deviceId}' must be a device that '${news.hub}' takes, got ${textOf(problem?.errorCode) || "a refusal"}: ${textOf(problem?.errorStatus)}`,
    );
  }
  if (theirs !== owner) {
    throw notOwn(news, theirs);
  }
  context.info(`${deviceId} was made by an earlier run; taken over`);
  return change(outputsOf(news, found), news, context);
}

async function change(olds: EdgeDeviceOutputs, news: EdgeDeviceInputs, context: Context): Promise<EdgeDeviceOutputs> {
  const hub = new Hub(news.hub, context);
  if (news.attach) {
    return attach(hub, news, olds.tags);
  }
  for (let count = 1; ; count += 1) {
    const found = await identity(hub, news.deviceId);
    if (!found) {
      context.info(`${news.deviceId} was gone; it is made again, with new keys`);
      return make(news, context);
    }
    const theirs = textOf((await tagsOf(hub, news.deviceId))[ownerTag]);
    if (theirs !== "" && theirs !== olds.owner && theirs !== news.owner) {
      throw notOwn(news, theirs);
    }
    const body = {
      ...writable(found),
      authentication: identityAuthentication(news.authentication, recordOf(found.authentication)),
      parentScopes: await parentScopes(hub, news),
      capabilities: { iotEdge: true },
    };
    const call = { method: "PUT", path: pathOf(news.deviceId), body, etag: textOf(found.etag) } as const;
    const reply = await hub.call({ ...call, answers: [412] });
    if (reply.status !== 412) {
      await patchTags(hub, news.deviceId, { ...cleared(olds.tags, news.tags), ...news.tags, [ownerTag]: news.owner });
      return outputsOf(news, recordOf(reply.body));
    }
    if (count >= 5) {
      throw new UserError(`'${news.deviceId}' was changed by others ${count} times meanwhile; run the command again`);
    }
  }
}

function notOwn({ deviceId, hub, owner }: EdgeDeviceInputs, theirs: string): UserError {
  const whose = theirs === "" ? "one that was made by hand or another program" : `that of ${theirs}`;
  return new UserError(
    `'${deviceId}' in '${hub}' must be this stack's own (${owner}), got ${whose}; set 'attach', or choose another id`,
  );
}

/** Puts our tags on a device that is somebody's, and leaves the rest. */
async function attach(hub: Hub, news: EdgeDeviceInputs, oldTags: Found): Promise<EdgeDeviceOutputs> {
  const found = await identity(hub, news.deviceId);
  if (!found) {
    throw new UserError(
      `'${news.deviceId}' must be in '${hub.host}' to be attached to, got none; register it, or leave 'attach' out`,
    );
  }
  if (recordOf(found.capabilities).iotEdge !== true) {
    throw new UserError(
      `'${news.deviceId}' in '${hub.host}' must be an IoT Edge device, got one that is not; register it with the edge capability`,
    );
  }
  await patchTags(hub, news.deviceId, { ...cleared(oldTags, news.tags), ...news.tags });
  return { ...news, deviceScope: textOf(found.deviceScope), generationId: textOf(found.generationId) };
}

async function remove(olds: EdgeDeviceOutputs, context: Context): Promise<void> {
  const hub = new Hub(olds.hub, context);
  if (olds.attach) {
    await patchTags(hub, olds.deviceId, cleared(olds.tags, {}));
    return;
  }
  const owner = (await tagsOf(hub, olds.deviceId))[ownerTag];
  if (owner !== undefined && owner !== olds.owner) {
    context.info(`${olds.deviceId} stays: it is that of ${textOf(owner)} now`);
    return;
  }
  await hub.call({ method: "DELETE", path: pathOf(olds.deviceId), etag: "*", answers: [404] });
}

async function identity(hub: Hub, deviceId: string): Promise<Found | undefined> {
  const reply = await hub.call({ method: "GET", path: pathOf(deviceId), answers: [404] });
  return reply.status === 404 ? undefined : recordOf(reply.body);
}

async function tagsOf(hub: Hub, deviceId: string): Promise<Found> {
  const path = `twins/${encodeURIComponent(deviceId)}`;
  const reply = await hub.call({ method: "GET", path, answers: [404] });
  return recordOf(recordOf(reply.body).tags);
}

async function patchTags(hub: Hub, deviceId: string, tags: object): Promise<void> {
  const path = `twins/${encodeURIComponent(deviceId)}`;
  await hub.call({ method: "PATCH", path, body: { tags }, etag: "*", answers: [404] });
}

/** Tags that are ours no more. */
function cleared(olds: Readonly<Found>, news: Readonly<Record<string, string>>): Record<string, null> {
  const gone = Object.keys(olds).filter((key) => !(key in news));
  return Object.fromEntries(gone.map((key) => [key, null]));
}

async function parentScopes(hub: Hub, { parentDeviceId }: EdgeDeviceInputs): Promise<string[]> {
  if (parentDeviceId === undefined) {
    return [];
  }
  const parent = await identity(hub, parentDeviceId);
  if (!parent) {
    throw new UserError(
      `'parentDeviceId' must be a device of '${hub.host}', got '${parentDeviceId}'; register it first`,
    );
  }
  return [textOf(parent.deviceScope)];
}

function pathOf(deviceId: string): string {
  return `devices/${encodeURIComponent(deviceId)}`;
}
