import { randomBytes } from "node:crypto";
import { hashJson } from "../../components/internal/canonical-json";
import {
  type EdgeConfigurationInputs,
  type EdgeConfigurationOutputs,
  edgeTokens,
  type ModulesContent,
} from "../../components/internal/edge-contract";
import { compare } from "../rpc/diff";
import { type Context, type Handler, UserError } from "../rpc/handler";
import { topLevel, unknown } from "../rpc/values";
import { checkConfiguration } from "./check";
import {
  type Found,
  get,
  incarnationLabel,
  isStale,
  labelsOf,
  ownerLabel,
  pathOf,
  put,
  requireQueries,
} from "./configuration-calls";
import { Hub } from "./hub";
import { changedSecrecy, hasUnknown, isLaterHub, pick, recordOf, secretTexts, textOf } from "./values";

/** Beyond these a change is made in place. */
const fixed = new Set(["hub", "configurationName", "modulesContent", "isLayered"]);

/** `scorestack:edge:Configuration`: an IoT Edge deployment, under an id of its content. */
export function configurationHandler(): Handler<EdgeConfigurationInputs, EdgeConfigurationOutputs> {
  return {
    token: edgeTokens.configuration,
    secrets: ["modulesContent"],
    check: checkConfiguration,
    diff: (olds, _, news, secrecy) => {
      const found = compare(managed(olds), managed(news));
      const changes = { ...changedSecrecy(secrecy), ...found };
      const replaces = Object.keys(found).filter((path) => fixed.has(topLevel(path)));
      return Promise.resolve({ changes, replaces: replaces.filter((path) => !isLaterHub(path, news)) });
    },
    preview: (news, olds) =>
      Promise.resolve({
        ...news,
        configurationId: olds?.configurationId ?? knownId(news),
        createdTimeUtc: olds?.createdTimeUtc ?? unknown,
        incarnation: olds?.incarnation ?? unknown,
      }),
    create: async (news, context) => {
      const outputs = await make(news, context);
      return { id: outputs.configurationId, outputs };
    },
    update: change,
    read: async (id, olds) => {
      const found = await get(new Hub(olds.hub), id);
      return found && asFound(olds, found);
    },
    delete: remove,
  };
}

/** 12 digits of the content's hash are the last part of its id: other content has another id. */
export function configurationId(configurationName: string, modulesContent: ModulesContent): string {
  return `${configurationName}-${hashJson(modulesContent).slice(0, 12)}`;
}

function managed(inputs: EdgeConfigurationInputs): EdgeConfigurationInputs {
  const { hub, configurationName, modulesContent, isLayered, targetCondition, priority, labels, metrics, owner } =
    inputs;
  return { hub, configurationName, modulesContent, isLayered, targetCondition, priority, labels, metrics, owner };
}

function knownId({ configurationName, modulesContent }: EdgeConfigurationInputs): string {
  return hasUnknown([configurationName, modulesContent]) ? unknown : configurationId(configurationName, modulesContent);
}

/** Makes it, or takes over what a run that died has made of it. */
async function make(news: EdgeConfigurationInputs, context: Context): Promise<EdgeConfigurationOutputs> {
  const hub = hubFor(news, context);
  const id = configurationId(news.configurationName, news.modulesContent);
  await requireQueries(hub, news);
  for (let count = 1; ; count += 1) {
    const there = await takeable(hub, id, news);
    const incarnation = randomBytes(8).toString("hex");
    const reply = await put(hub, id, there, news, incarnation);
    if (reply.status < 300) {
      if (there) {
        context.info(`${id} was made by an earlier run; taken over`);
      }
      return made(news, recordOf(reply.body), incarnation);
    }
    giveUp(count, id, hub);
  }
}

/** What an earlier run has made of it, if it can be taken as it is; if not, it is deleted. */
async function takeable(hub: Hub, id: string, news: EdgeConfigurationInputs): Promise<Found | undefined> {
  const there = await get(hub, id);
  if (!there) {
    return undefined;
  }
  requireOwn(there, news, id);
  // The hub keeps when it was made, and among equals takes the youngest: it has to be made anew to be taken.
  if (isContent(there, news) && !(await isStale(hub, there, news))) {
    return there;
  }
  await hub.call({ method: "DELETE", path: pathOf(id), answers: [404] });
  return undefined;
}

async function change(
  olds: EdgeConfigurationOutputs,
  news: EdgeConfigurationInputs,
  context: Context,
): Promise<EdgeConfigurationOutputs> {
  const hub = hubFor(news, context);
  const id = olds.configurationId;
  await requireQueries(hub, news);
  for (let count = 1; ; count += 1) {
    const there = await get(hub, id);
    if (there && labelsOf(there)[ownerLabel] !== undefined && labelsOf(there)[ownerLabel] !== olds.owner) {
      requireOwn(there, news, id);
    }
    if (!there) {
      context.info(`${id} was gone; it is made again`);
    }
    const reply = await put(hub, id, there && withoutOurs(there, olds), news, olds.incarnation);
    if (reply.status < 300) {
      return made(news, recordOf(reply.body), olds.incarnation);
    }
    giveUp(count, id, hub);
  }
}

/** Deletes what this resource has made, and nothing that a later one has made, or somebody else. */
async function remove(olds: EdgeConfigurationOutputs, context: Context): Promise<void> {
  const hub = hubFor(olds, context);
  const id = olds.configurationId;
  for (let count = 1; ; count += 1) {
    const there = await get(hub, id);
    if (!there) {
      return;
    }
    const { [ownerLabel]: owner, [incarnationLabel]: incarnation } = labelsOf(there);
    if (owner !== olds.owner || incarnation !== olds.incarnation) {
      const message = `${id} stays in ${olds.hub}: by its labels it is not what this resource has made`;
      if (owner === undefined) {
        context.warn(message);
      } else {
        context.info(message);
      }
      return;
    }
    const path = pathOf(id);
    const reply = await hub.call({ method: "DELETE", path, etag: textOf(there.etag), answers: [404, 412] });
    if (reply.status !== 412) {
      return;
    }
    giveUp(count, id, hub);
  }
}

function hubFor(inputs: EdgeConfigurationInputs, context: Context): Hub {
  return new Hub(inputs.hub, { ...context, secrets: secretTexts(inputs, context.secretPaths) });
}

function requireOwn(there: Found, { hub, owner }: EdgeConfigurationInputs, id: string): void {
  const found = textOf(labelsOf(there)[ownerLabel]);
  if (found !== owner) {
    const whose = found === "" ? "one that was made by hand or another program" : `that of ${found}`;
    throw new UserError(
      `'${id}' in '${hub}' must be this stack's own (${owner}), got ${whose}; choose another name, or delete it`,
    );
  }
}

function isContent(there: Found, { modulesContent }: EdgeConfigurationInputs): boolean {
  return hashJson(recordOf(recordOf(there.content).modulesContent)) === hashJson(modulesContent);
}

function giveUp(count: number, id: string, { host }: Hub): void {
  if (count >= 5) {
    throw new UserError(`'${id}' in '${host}' was changed by others ${count} times meanwhile; run the command again`);
  }
}

function withoutOurs(there: Found, { labels }: EdgeConfigurationOutputs): Found {
  const kept = Object.entries(labelsOf(there)).filter(([key]) => !(key in labels));
  return { ...there, labels: Object.fromEntries(kept) };
}

function made(news: EdgeConfigurationInputs, found: Found, incarnation: string): EdgeConfigurationOutputs {
  return { ...news, configurationId: textOf(found.id), createdTimeUtc: textOf(found.createdTimeUtc), incarnation };
}

/** As it stands: what somebody has changed shows as a difference to what the program wants. */
function asFound(olds: EdgeConfigurationOutputs, found: Found): EdgeConfigurationOutputs {
  const labels = labelsOf(found);
  return {
    ...olds,
    modulesContent: recordOf(recordOf(found.content).modulesContent) as ModulesContent,
    targetCondition: textOf(found.targetCondition),
    priority: Number(found.priority),
    labels: pick(labels, Object.keys(olds.labels)),
    metrics: pick(recordOf(recordOf(found.metrics).queries), Object.keys(recordOf(recordOf(found.metrics).queries))),
    owner: textOf(labels[ownerLabel]),
    createdTimeUtc: textOf(found.createdTimeUtc),
    incarnation: textOf(labels[incarnationLabel]),
  };
}
