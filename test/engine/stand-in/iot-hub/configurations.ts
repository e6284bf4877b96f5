import type { Values } from "../../../../provider/rpc/values";
import { recordOf, textOf } from "../values";
import { QueryError, readQuery, targetCondition } from "./expressions";
import { isLayered } from "./merge";
import { HubRefusal } from "./refusal";
import { type HubConfiguration, type HubState, newEtag, tick } from "./state";

/** What a hub holds, by its tier. Source: learn.microsoft.com/azure/iot-edge/iot-edge-limits-and-restrictions. */
export interface HubLimits {
  readonly configurations: number;
  readonly devices: number;
}

const modulesInDeployment = 50;

/** Creates a configuration, or changes one; its content can't be changed. */
export function putConfiguration(
  state: HubState,
  id: string,
  body: Values,
  ifMatch: string | undefined,
  limits: HubLimits,
): { readonly status: number; readonly configuration: HubConfiguration } {
  const there = state.configurations[id];
  if (!there && ifMatch !== undefined) {
    throw new HubRefusal(404, "ConfigurationNotFound", `Configuration ${id} not found`);
  }
  if (there && ifMatch === undefined) {
    throw new HubRefusal(409, "ConfigurationAlreadyExists", `Configuration ${id} already exists`);
  }
  if (there && ifMatch !== "*" && ifMatch !== there.etag) {
    throw new HubRefusal(412, "PreconditionFailed", "Precondition failed: the ETag does not match");
  }
  if (!there && Object.keys(state.configurations).length >= limits.configurations) {
    throw new HubRefusal(
      403,
      "ConfigurationCountLimitExceeded",
      `The hub can have at most ${limits.configurations} configurations`,
    );
  }
  const content = { modulesContent: recordOf(recordOf(body.content).modulesContent) as Record<string, Values> };
  requireContent(id, content, there);
  const made = settings(body);
  const createdTimeUtc = there?.createdTimeUtc ?? tick(state);
  const configuration: HubConfiguration = {
    id,
    content,
    ...made,
    createdTimeUtc,
    lastUpdatedTimeUtc: there ? tick(state) : createdTimeUtc,
    etag: newEtag(state),
  };
  state.configurations[id] = configuration;
  return { status: there ? 200 : 201, configuration };
}

function requireContent(id: string, content: HubConfiguration["content"], there: HubConfiguration | undefined): void {
  const modules = content.modulesContent;
  if (!/^[a-z0-9\-+%_*!']{1,128}$/.test(id)) {
    throw new HubRefusal(400, "ArgumentInvalid", `The configuration id '${id}' is not valid`);
  }
  if (there && JSON.stringify(there.content) !== JSON.stringify(content)) {
    throw new HubRefusal(400, "ArgumentInvalid", "Configuration identifier and content cannot be updated");
  }
  const agent = modules.$edgeAgent ?? {};
  const named = Object.keys(recordOf(recordOf(agent["properties.desired"]).modules)).length;
  const layered = Object.keys(agent).filter((part) => /^properties\.desired\.modules\.[^.]+$/.test(part)).length;
  if (named + layered > modulesInDeployment) {
    throw new HubRefusal(400, "ArgumentInvalid", `A deployment can have at most ${modulesInDeployment} modules`);
  }
  const isBase = !isLayered({ content });
  if (isBase && ["$edgeAgent", "$edgeHub"].some((name) => modules[name]?.["properties.desired"] === undefined)) {
    throw new HubRefusal(400, "ArgumentInvalid", "The content must have properties.desired of $edgeAgent and $edgeHub");
  }
  const parts = Object.values(modules).flatMap((module) => Object.keys(module));
  if (parts.some((part) => !/^properties\.desired(\.|$)/.test(part))) {
    throw new HubRefusal(400, "ArgumentInvalid", "The content of a module must be its properties.desired");
  }
}

function settings(body: Values): Pick<HubConfiguration, "targetCondition" | "priority" | "labels" | "metrics"> {
  const condition = textOf(body.targetCondition);
  const queries = recordOf(recordOf(body.metrics).queries) as Record<string, string>;
  const { targetConditionError, customMetricQueryErrors } = testQueries(condition, queries);
  const said = targetConditionError ?? Object.values(customMetricQueryErrors)[0];
  if (said !== undefined) {
    throw new HubRefusal(400, "ArgumentInvalid", said);
  }
  const priority = Number(body.priority ?? 0);
  if (!Number.isInteger(priority) || priority < 0) {
    throw new HubRefusal(400, "ArgumentInvalid", "The priority must be a non-negative integer");
  }
  return {
    targetCondition: condition,
    priority,
    labels: recordOf(body.labels) as Record<string, string>,
    metrics: { queries },
  };
}

/** `POST /configurations/testQueries`. */
export function testQueries(condition: string, queries: Readonly<Record<string, string>>) {
  const said = (work: () => unknown): string | undefined => {
    try {
      work();
      return undefined;
    } catch (problem) {
      if (problem instanceof QueryError) {
        return problem.message;
      }
      throw problem;
    }
  };
  const errors = Object.entries(queries).map(([name, query]) => [name, said(() => readQuery(query))] as const);
  return {
    targetConditionError: said(() => targetCondition(condition)),
    customMetricQueryErrors: Object.fromEntries(
      errors.filter((pair): pair is readonly [string, string] => pair[1] !== undefined),
    ),
  };
}

/** The hub's own metrics. Source: what `az iot edge deployment show` answers. */
export function systemQueries({ id, targetCondition: condition }: HubConfiguration): Record<string, string> {
  const applied = `select deviceId from devices.modules where moduleId = '$edgeAgent' and configurations.[[${id}]].status = 'Applied'`;
  const current = `${applied} and properties.desired.$version = properties.reported.lastDesiredVersion`;
  return {
    targetedCount: `select deviceId from devices where capabilities.iotEdge=true and (${condition || "deviceId = ''"})`,
    appliedCount: applied,
    reportedSuccessfulCount: `${current} and properties.reported.lastDesiredStatus.code = 200`,
    reportedFailedCount: `${current} and properties.reported.lastDesiredStatus.code != 200`,
  };
}

/** As it is answered: with what its metrics count at the moment. */
export function answered(configuration: HubConfiguration, count: (query: string) => number): Values {
  const counted = (queries: Record<string, string>): Values => ({
    queries,
    results: Object.fromEntries(Object.entries(queries).map(([name, query]) => [name, count(query)])),
  });
  return {
    schemaVersion: "1.0",
    ...(configuration as unknown as Values),
    systemMetrics: counted(systemQueries(configuration)),
    metrics: counted(configuration.metrics.queries),
  };
}
