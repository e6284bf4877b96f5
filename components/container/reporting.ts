import type * as pulumi from "@pulumi/pulumi";
import * as aci from "../internal/aci-rules";
import { type Rule, wholeNumber } from "../internal/problems";
import * as rules from "../internal/rules";
import type { Problems } from "../internal/validate";

/** Yes or no, where how many resources there are follows from it. */
export const plainFlag: Rule<boolean> = { ...rules.flag, must: "must be true or false, known when the program runs" };

/** What a service that runs containers reports, as its arguments have it. */
export interface ReportingArgs {
  readonly host: { readonly insightsConnectionString?: pulumi.Input<string> };
  readonly appInsightsEnabled?: boolean;
  readonly responseLoggingEnabled?: boolean;
  readonly dataCollectionEnabled?: boolean;
  readonly maxBatchSize?: pulumi.Input<number>;
}

/** Checks what is reported to Application Insights. */
export function checkReporting(problems: Problems, args: ReportingArgs) {
  const { host, appInsightsEnabled = false } = args;
  for (const property of ["appInsightsEnabled", "responseLoggingEnabled", "dataCollectionEnabled"] as const) {
    problems.plain(property, args[property], plainFlag);
  }
  for (const property of ["responseLoggingEnabled", "dataCollectionEnabled"] as const) {
    if (args[property] === true && !appInsightsEnabled) {
      problems.add(property, "must come with 'appInsightsEnabled: true'", undefined, "turn it on or leave this out");
    }
  }
  if (appInsightsEnabled && host.insightsConnectionString === undefined) {
    problems.add("appInsightsEnabled", "must come with a host that has an 'insightsConnectionString'");
  }
  if (appInsightsEnabled && args.maxBatchSize !== undefined && args.maxBatchSize !== 1) {
    problems.add("maxBatchSize", "must be 1 with 'appInsightsEnabled'", undefined, "leave one of them out");
  }
  return {
    insights: appInsightsEnabled
      ? problems.check("host.insightsConnectionString", host.insightsConnectionString, aci.insightsConnection)
      : undefined,
    responseLoggingEnabled: args.responseLoggingEnabled ?? false,
    dataCollectionEnabled: args.dataCollectionEnabled ?? false,
  };
}

/** How updates are proven, as a service's arguments have it. */
export interface ProofArgs {
  readonly smokeTestEnabled?: boolean;
  readonly smokeTestTimeoutSeconds?: pulumi.Input<number>;
}

/** Checks how updates are proven. */
export function checkProof(problems: Problems, { smokeTestEnabled, smokeTestTimeoutSeconds }: ProofArgs) {
  problems.plain("smokeTestEnabled", smokeTestEnabled, plainFlag);
  if (smokeTestEnabled === false && smokeTestTimeoutSeconds !== undefined) {
    problems.add(
      "smokeTestTimeoutSeconds",
      "must come with a smoke test",
      undefined,
      "leave it or 'smokeTestEnabled' out",
    );
  }
  const seconds = problems.check("smokeTestTimeoutSeconds", smokeTestTimeoutSeconds ?? 600, wholeNumber(1, 3600));
  return { proof: smokeTestEnabled === false ? undefined : { seconds } };
}
