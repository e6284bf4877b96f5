import * as pulumi from "@pulumi/pulumi";
import { settingsOf } from "../container/environment";
import type { EdgeFeedArgs } from "../edge-feed-options";
import type { EdgeModuleArgs, EdgeModuleDeploymentArgs } from "../edge-module-options";
import * as edge from "../internal/edge-rules";
import type { ServiceKeys } from "../internal/local-resources";
import { shown, wholeNumber } from "../internal/problems";
import type { Problems } from "../internal/validate";
import type { EdgeModuleParts, EdgeRouteParts } from "../render/edge-manifest";
import type { CheckedModule } from "./check-modules";
import { modulePort } from "./container-options";

/** Its defaults. */
const defaults = { inputName: "input", maximumConcurrency: 1, maximumTries: 3, retryPauseMs: 1000 } as const;

/** Name of the module that feeds another one. */
export function feedName(module: string): string {
  return `${module}-feed`;
}

/** Checks how a module is fed; returns it with its defaults. */
export function checkFeed(problems: Problems, name: string, { feed }: EdgeModuleArgs, args: EdgeModuleDeploymentArgs) {
  if (feed === undefined) {
    return undefined;
  }
  const part = problems.within("feed.");
  const checked = { ...defaults, ...feed };
  const taken = "must leave the names of its module and routes free";
  for (const other of [feedName(name), ...Object.keys(feedRoutes(name, checked))]) {
    if (other in args.modules || other in (args.routes ?? {})) {
      problems.add("feed", taken, shown(other), "name that module or route differently");
    }
  }
  part.plain("inputName", checked.inputName, edge.endpointName);
  part.plain("maximumConcurrency", checked.maximumConcurrency, wholeNumber(1, 64));
  part.plain("maximumTries", checked.maximumTries, wholeNumber(1, 100));
  part.plain("retryPauseMs", checked.retryPauseMs, wholeNumber(10, 30_000));
  part.plain("from", feed.from, edge.feedSource(feedName(name)));
  part.plain("to", feed.to, edge.sink);
  part.plain("failuresTo", feed.failuresTo, edge.sink);
  return checked;
}

/** A module's feed, checked. */
export type CheckedFeed = NonNullable<ReturnType<typeof checkFeed>>;

/** The routes that are given in short, by their names. */
export function feedRoutes(module: string, feed: EdgeFeedArgs): Record<string, EdgeRouteParts> {
  const name = feedName(module);
  const { inputName = defaults.inputName, from, to, failuresTo } = feed;
  const input = `BrokeredEndpoint("/modules/${name}/inputs/${inputName}")`;
  const outputs = `FROM /messages/modules/${name}/outputs`;
  return {
    ...(from === undefined ? {} : { [`${name}-in`]: { route: `FROM ${from} INTO ${input}` } }),
    ...(to === undefined ? {} : { [`${name}-out`]: { route: `${outputs}/output INTO ${to}` } }),
    ...(failuresTo === undefined ? {} : { [`${name}-failed`]: { route: `${outputs}/failures INTO ${failuresTo}` } }),
  };
}

/** The module that feeds another one: another start of its image. */
export function feedParts(
  { name, args, image, serving }: CheckedModule,
  feed: CheckedFeed,
  fed: EdgeModuleParts,
  key: ServiceKeys | undefined,
): EdgeModuleParts {
  const { startupOrder, ...shared } = fed;
  const told = pulumi
    .all([
      settingsOf({ ...args.image, ...image }, serving),
      image.identity,
      key === undefined ? undefined : pulumi.secret(key.primaryKey),
    ])
    .apply(([{ SCORING_TIMEOUT_MS, SCORESTACK_MAX_WAIT_MS = SCORING_TIMEOUT_MS }, imageIdentity, secret]) => ({
      SCORESTACK_FEED: JSON.stringify({
        concurrency: feed.maximumConcurrency,
        host: name,
        imageIdentity,
        input: feed.inputName,
        pauseSeconds: feed.retryPauseMs / 1000,
        port: modulePort,
        // As long as it may wait there and run, and a little for the way.
        timeoutSeconds: (Number(SCORING_TIMEOUT_MS) + Number(SCORESTACK_MAX_WAIT_MS)) / 1000 + 10,
        tries: feed.maximumTries,
      }),
      ...(secret === undefined ? {} : { SCORESTACK_FEED_KEY: secret }),
    }));
  return {
    ...shared,
    // The image's own check asks a server that does not run in this container.
    createOptions: { Cmd: ["python", "/opt/scorestack/edge_feed.py"], Healthcheck: { Test: ["NONE"] } },
    environment: told,
    ...(startupOrder === undefined ? {} : { startupOrder: Math.min(startupOrder + 1, 4294967295) }),
  };
}
