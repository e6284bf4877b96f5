import type { Report } from "./model";

/** The report as data; `docs/pull-requests.md` explains its members. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
