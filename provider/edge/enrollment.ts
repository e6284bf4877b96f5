import {
  type EdgeEnrollmentInputs,
  type EdgeEnrollmentOutputs,
  type EdgeJson,
  edgeTokens,
} from "../../components/internal/edge-contract";
import { compare } from "../rpc/diff";
import { type Context, type Handler, UserError } from "../rpc/handler";
import { isUnknown, unknown } from "../rpc/values";
import { checkEnrollment, enrollmentTag } from "./check";
import { attestationOf, foundAttestation, newKeys } from "./enrollment-attestation";
import { Hub } from "./hub";
import { changedSecrecy, recordOf, textOf } from "./values";

type Found = Record<string, EdgeJson>;
type Keys = Pick<EdgeEnrollmentOutputs, "primaryKey" | "secondaryKey">;

/** `scorestack:edge:Enrollment`: devices that register themselves at a Device Provisioning Service. */
export function enrollmentHandler(): Handler<EdgeEnrollmentInputs, EdgeEnrollmentOutputs> {
  return {
    token: edgeTokens.enrollment,
    secrets: ["primaryKey", "secondaryKey"],
    check: checkEnrollment,
    diff: (olds, _, news, secrecy) => {
      const changes = { ...changedSecrecy(secrecy), ...compare(managed(olds), managed(news)) };
      // The service takes no other type of attestation for a group that there is: the id has to be free first.
      const replaces = ["enrollmentGroupId", "attestation.type", ...(isUnknown(news.service) ? [] : ["service"])];
      return Promise.resolve({ changes, replaces, deleteBeforeReplace: true });
    },
    preview: (news, olds) => {
      const isKept = olds !== undefined && olds.attestation.type === news.attestation.type;
      const later = news.attestation.type === "symmetricKey" ? { primaryKey: unknown, secondaryKey: unknown } : {};
      return Promise.resolve({ ...news, ...(isKept ? keysOf(olds) : later) });
    },
    create: async (news, context) => ({ id: news.enrollmentGroupId, outputs: await make(news, context) }),
    update: (olds, news, context) => change(olds.owner, news, context),
    read: async (id, olds) => {
      const service = new Hub(olds.service);
      const found = await groupAt(service, id);
      return found && asFound(olds, found, await keysAt(service, id, found));
    },
    delete: remove,
  };
}

function managed({ service, enrollmentGroupId, attestation, ...rest }: EdgeEnrollmentInputs): object {
  const { iotHub, iotEdge, tags, enabled, owner } = rest;
  return { service, enrollmentGroupId, attestation, iotHub, iotEdge, tags, enabled, owner };
}

async function make(news: EdgeEnrollmentInputs, context: Context): Promise<EdgeEnrollmentOutputs> {
  const service = new Hub(news.service, context);
  const id = news.enrollmentGroupId;
  if (await groupAt(service, id)) {
    const outputs = await change(news.owner, news, context);
    context.info(`${id} was made by an earlier run; taken over`);
    return outputs;
  }
  const keys = news.attestation.type === "symmetricKey" ? newKeys() : {};
  const reply = await service.call({ method: "PUT", path: pathOf(id), body: bodyOf(news, keys), answers: [409, 412] });
  // Made meanwhile, or by this call's first try, whose answer got lost.
  return reply.status >= 400 ? change(news.owner, news, context) : { ...news, ...keys };
}

async function change(owner: string, news: EdgeEnrollmentInputs, context: Context): Promise<EdgeEnrollmentOutputs> {
  const service = new Hub(news.service, context);
  const id = news.enrollmentGroupId;
  for (let count = 1; ; count += 1) {
    const found = await groupAt(service, id);
    if (!found) {
      context.info(`${id} was gone; it is made again, with new keys`);
      return make(news, context);
    }
    const theirs = ownerOf(found);
    if (theirs !== owner && theirs !== news.owner) {
      throw notOwn(news, theirs);
    }
    const keys = await keysAt(service, id, found);
    const call = { method: "PUT", path: pathOf(id), body: bodyOf(news, keys), etag: textOf(found.etag) } as const;
    if ((await service.call({ ...call, answers: [412] })).status !== 412) {
      return { ...news, ...keys };
    }
    if (count >= 5) {
      throw new UserError(`'${id}' was changed by others ${count} times meanwhile; run the command again`);
    }
  }
}

async function remove(olds: EdgeEnrollmentOutputs, context: Context): Promise<void> {
  const service = new Hub(olds.service, context);
  const found = await groupAt(service, olds.enrollmentGroupId);
  if (!found) {
    return;
  }
  if (ownerOf(found) !== olds.owner) {
    context.info(`${olds.enrollmentGroupId} stays: it is not this stack's own any more`);
    return;
  }
  await service.call({ method: "DELETE", path: pathOf(olds.enrollmentGroupId), etag: "*", answers: [404] });
}

function bodyOf(news: EdgeEnrollmentInputs, keys: Keys): object {
  const { enrollmentGroupId, iotHub, iotEdge, tags, enabled, owner, attestation } = news;
  return {
    enrollmentGroupId,
    attestation: attestationOf(attestation, keys),
    capabilities: { iotEdge },
    initialTwin: { tags: { ...tags, [enrollmentTag]: owner }, properties: { desired: {} } },
    allocationPolicy: "static",
    iotHubs: [iotHub],
    provisioningStatus: enabled ? "enabled" : "disabled",
    reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true },
  };
}

/** As it stands: what somebody has changed shows as a difference to what the program wants. */
function asFound(olds: EdgeEnrollmentOutputs, found: Found, keys: Keys): EdgeEnrollmentOutputs {
  const { [enrollmentTag]: owner, ...tags } = tagsOf(found);
  const [first] = Array.isArray(found.iotHubs) ? found.iotHubs.map(textOf) : [];
  const { service, enrollmentGroupId } = olds;
  return {
    service,
    enrollmentGroupId,
    attestation: foundAttestation(olds.attestation, recordOf(found.attestation)),
    iotHub: found.allocationPolicy === "static" ? (first ?? textOf(found.iotHubHostName)) : "",
    iotEdge: recordOf(found.capabilities).iotEdge === true,
    tags,
    enabled: found.provisioningStatus !== "disabled",
    owner: owner ?? "",
    ...keys,
  };
}

function tagsOf(found: Found): Record<string, string> {
  // The service adds `$version` and the like.
  const tags = Object.entries(recordOf(recordOf(found.initialTwin).tags)).filter(([key]) => !key.startsWith("$"));
  return Object.fromEntries(tags.map(([key, tag]) => [key, typeof tag === "string" ? tag : JSON.stringify(tag)]));
}

function ownerOf(found: Found): string {
  return tagsOf(found)[enrollmentTag] ?? "";
}

function notOwn({ enrollmentGroupId, service, owner }: EdgeEnrollmentInputs, theirs: string): UserError {
  const whose = theirs === "" ? "one that was made by hand or another program" : `that of ${theirs}`;
  return new UserError(
    `'${enrollmentGroupId}' in '${service}' must be this stack's own (${owner}), got ${whose}; choose another id`,
  );
}

async function groupAt(service: Hub, id: string): Promise<Found | undefined> {
  const reply = await service.call({ method: "GET", path: pathOf(id), answers: [404] });
  return reply.status === 404 ? undefined : recordOf(reply.body);
}

/** A group itself is answered without them. */
async function keysAt(service: Hub, id: string, found: Found): Promise<Keys> {
  if (recordOf(found.attestation).type !== "symmetricKey") {
    return {};
  }
  const { body } = await service.call({ method: "POST", path: `${pathOf(id)}/attestationmechanism` });
  const { primaryKey, secondaryKey } = recordOf(recordOf(body).symmetricKey);
  return { primaryKey: textOf(primaryKey), secondaryKey: textOf(secondaryKey) };
}

function keysOf({ primaryKey, secondaryKey }: EdgeEnrollmentOutputs): object {
  return primaryKey === undefined ? {} : { primaryKey, secondaryKey };
}

function pathOf(id: string): string {
  return `enrollmentGroups/${encodeURIComponent(id)}`;
}
