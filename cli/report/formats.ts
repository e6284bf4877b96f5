import * as path from "node:path";
import { UsageError } from "../errors";

/** Endings of the files that a report is written to. */
export const reportFormats = [".md", ".html", ".json"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export function formatOf(file: string): ReportFormat | undefined {
  return reportFormats.find((format) => path.extname(file).toLowerCase() === format);
}

/** Reads `--report`; may be given several times. */
export function reportFile(text: string, earlier: readonly string[] = []): string[] {
  if (formatOf(text) === undefined) {
    throw new UsageError(`'--report' must be a file that ends in ${reportFormats.join(", ")}, got '${text}'`);
  }
  return [...earlier, text];
}
