import type { BatchScheduleArgs, BatchScoringPoolArgs, RecurrenceArgs } from "../batch-scoring-pool-options";
import { BatchInputKind, BatchTarget, RecurrenceUnit } from "../batch-scoring-pool-options";
import * as aml from "../internal/aml-rules";
import { oneOf, type Rule, shown, wholeNumber } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";

const weekDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** Checks schedules; returns them with what is checked later. */
export function checkSchedules(problems: Problems, args: BatchScoringPoolArgs) {
  return Object.entries(args.schedules ?? {}).map(([key, schedule]) => {
    const at = `schedules.${key}`;
    problems.plain(at, key, aml.scheduleKey);
    checkTimes(problems, at, schedule);
    problems.plain(`${at}.isEnabled`, schedule.isEnabled, flag);
    problems.plain(`${at}.inputKind`, schedule.inputKind, oneOf(Object.values(BatchInputKind)));
    problems.plain(`${at}.target`, schedule.target, oneOf(Object.values(BatchTarget)));
    if (schedule.target === BatchTarget.dedicatedTopUp && args.dedicatedTopUp === undefined) {
      problems.add(
        `${at}.target`,
        "must name a deployment that there is",
        shown(schedule.target),
        "give 'dedicatedTopUp'",
      );
    }
    const inputPath = problems.check(`${at}.inputPath`, schedule.inputPath, aml.dataPath);
    const outputPath = problems.check(`${at}.outputPath`, schedule.outputPath, aml.outputFolder);
    return { key, target: schedule.target ?? BatchTarget.pool, schedule: { ...schedule, inputPath, outputPath } };
  });
}

function checkTimes(problems: Problems, at: string, schedule: BatchScheduleArgs): void {
  const { cron, recurrence, timeZone, startTime, endTime } = schedule;
  if ((cron === undefined) === (recurrence === undefined)) {
    const got = cron === undefined ? "neither" : "both";
    problems.add(at, "must have either 'cron' or 'recurrence'", got);
  }
  problems.plain(`${at}.cron`, cron, aml.cron);
  problems.plain(`${at}.timeZone`, timeZone, aml.timeZone);
  problems.plain(`${at}.startTime`, startTime, aml.localTime);
  problems.plain(`${at}.endTime`, endTime, aml.localTime);
  if (startTime !== undefined && endTime !== undefined && startTime >= endTime) {
    problems.add(`${at}.endTime`, `must be after '${at}.startTime'`, shown(endTime));
  }
  if (recurrence !== undefined) {
    checkRecurrence(problems, `${at}.recurrence`, recurrence);
  }
}

function checkRecurrence(problems: Problems, at: string, recurrence: RecurrenceArgs): void {
  const { every, interval, hours, minutes, weekDays: days, monthDays } = recurrence;
  problems.plain(`${at}.every`, every, oneOf(Object.values(RecurrenceUnit)));
  problems.plain(`${at}.interval`, interval, wholeNumber(1, 1000));
  problems.plain(`${at}.hours`, hours, numbers(0, 23));
  problems.plain(`${at}.minutes`, minutes, numbers(0, 59));
  problems.plain(`${at}.monthDays`, monthDays, numbers(1, 31));
  problems.plain(`${at}.weekDays`, days, {
    must: `must be days from '${weekDays[0]}' to '${weekDays[6]}', each once`,
    holds: (list) => isListOf(list, (day) => (weekDays as readonly unknown[]).includes(day)),
  });
  const needs = (property: "hours" | "weekDays" | "monthDays", units: readonly RecurrenceUnit[]): void => {
    if (recurrence[property] !== undefined && !units.includes(every)) {
      const rule = `must come with ${units.map((unit) => `'every: "${unit}"'`).join(" or ")}`;
      problems.add(`${at}.${property}`, rule, `'${every}'`);
    }
  };
  needs("hours", ["day", "week", "month"]);
  needs("weekDays", ["week", "month"]);
  needs("monthDays", ["month"]);
  for (const property of ["minutes", "weekDays", "monthDays"] as const) {
    if (recurrence[property] !== undefined && hours === undefined) {
      problems.add(
        `${at}.${property}`,
        `must come with '${at}.hours'`,
        undefined,
        "Azure ML asks for hours and minutes then",
      );
    }
  }
  if (days !== undefined && monthDays !== undefined) {
    problems.add(`${at}.monthDays`, `must be left out with '${at}.weekDays'`, undefined, "leave one of them out");
  }
}

function numbers(low: number, high: number): Rule<readonly number[]> {
  const one = wholeNumber(low, high);
  return {
    must: `must be integers from ${low} to ${high}, each once`,
    holds: (list) => isListOf(list, (item) => one.holds(item as number)),
  };
}

function isListOf(list: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.length > 0 && list.every(holds) && new Set(list).size === list.length;
}
