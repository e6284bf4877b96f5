import type { machinelearningservices as ml } from "@pulumi/azure-native/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { BatchScheduleArgs, RecurrenceArgs } from "../batch-scoring-pool-options";

/** What a schedule invokes. */
export interface Invoked {
  readonly endpointName: pulumi.Input<string>;
  /** Without one it is the endpoint's default at that moment. */
  readonly deploymentName?: pulumi.Input<string>;
}

const units = { minute: "Minute", hour: "Hour", day: "Day", week: "Week", month: "Month" } as const;

/**
 * Renders the properties of a schedule. The API describes no fields of `endpointInvocationDefinition` ("TBD"); these are those of the
 * request that invokes an endpoint (how-to-authenticate-batch-endpoint.md), and the endpoint with its deployment. See docs/adr/0016.
 */
export function renderSchedule(schedule: BatchScheduleArgs, invoked: Invoked): ml.SchedulePropertiesArgs {
  const { inputPath, inputKind = "folder", outputPath, isEnabled = true } = schedule;
  return {
    isEnabled,
    trigger: triggerOf(schedule),
    action: {
      actionType: "InvokeBatchEndpoint",
      endpointInvocationDefinition: {
        ...invoked,
        properties: {
          inputData: { input: { jobInputType: inputKind === "file" ? "UriFile" : "UriFolder", uri: inputPath } },
          ...(outputPath === undefined
            ? {}
            : { outputData: { output: { jobOutputType: "UriFolder", uri: outputPath } } }),
        },
      },
    },
  };
}

function triggerOf({ cron, recurrence, timeZone = "UTC", startTime, endTime }: BatchScheduleArgs) {
  const when = { timeZone, startTime, endTime };
  return cron === undefined
    ? { triggerType: "Recurrence" as const, ...when, ...recurrenceOf(recurrence ?? { every: "day" }) }
    : { triggerType: "Cron" as const, ...when, expression: cron };
}

function recurrenceOf({ every, interval = 1, hours, minutes = [0], weekDays, monthDays }: RecurrenceArgs) {
  const schedule = hours && {
    hours: [...hours],
    minutes: [...minutes],
    weekDays: weekDays && [...weekDays],
    monthDays: monthDays && [...monthDays],
  };
  return { frequency: units[every], interval, schedule };
}
