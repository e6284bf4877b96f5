import type { EdgeConfigurationInputs, EdgeJson } from "../../components/internal/edge-contract";
import { UserError } from "../rpc/handler";
import type { Hub, HubReply } from "./hub";
import { recordOf, textOf } from "./values";

/** A configuration as the hub answers it. */
export type Found = Record<string, EdgeJson>;

/** Labels that tell whose a configuration is, and which making of it. */
export const ownerLabel = "scorestackOwner";
export const incarnationLabel = "scorestackIncarnation";
export async function get(hub: Hub, id: string): Promise<Found | undefined> {
  const reply = await hub.call({ method: "GET", path: pathOf(id), answers: [404] });
  return reply.status === 404 ? undefined : recordOf(reply.body);
}

export function put(
  hub: Hub,
  id: string,
  there: Found | undefined,
  news: EdgeConfigurationInputs,
  incarnation: string,
): Promise<HubReply> {
  const own = { [ownerLabel]: news.owner, [incarnationLabel]: incarnation };
  const body = {
    id,
    schemaVersion: "1.0",
    content: { modulesContent: there ? recordOf(there.content).modulesContent : news.modulesContent },
    targetCondition: news.targetCondition,
    priority: news.priority,
    labels: { ...(there && labelsOf(there)), ...news.labels, ...own },
    metrics: { queries: news.metrics },
  };
  const etag = there && { etag: textOf(there.etag) };
  return hub.call({ method: "PUT", path: pathOf(id), body, ...etag, answers: [404, 409, 412] });
}

/** What the hub finds wrong with queries, before anything is made. */
export async function requireQueries(hub: Hub, { targetCondition, metrics }: EdgeConfigurationInputs): Promise<void> {
  const body = { targetCondition, customMetricQueries: metrics };
  const reply = recordOf((await hub.call({ method: "POST", path: "configurations/testQueries", body })).body);
  const found = [
    ["targetCondition", textOf(reply.targetConditionError)],
    ...Object.entries(recordOf(reply.customMetricQueryErrors)).map(([name, said]) => [`metrics.${name}`, textOf(said)]),
  ].filter(([, said]) => said !== "");
  if (found.length > 0) {
    const problems = found.map(([property = "", said = ""]) => `'${property}' must be a query of the hub's: ${said}`);
    throw new UserError(problems.join("\n"));
  }
}

/** Whether another making of the same resource is younger, as when content returns to what it was. */
export async function isStale(hub: Hub, there: Found, { owner }: EdgeConfigurationInputs): Promise<boolean> {
  const reply = await hub.call({ method: "GET", path: "configurations", query: { top: "100" } });
  const all = Array.isArray(reply.body) ? reply.body.map(recordOf) : [];
  const born = (one: Found): number => Date.parse(textOf(one.createdTimeUtc));
  return all.some((one) => one.id !== there.id && labelsOf(one)[ownerLabel] === owner && born(one) >= born(there));
}

export function labelsOf(found: Found): Record<string, EdgeJson> {
  return recordOf(found.labels);
}

export function pathOf(id: string): string {
  return `configurations/${encodeURIComponent(id)}`;
}
