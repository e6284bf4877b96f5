import * as path from "node:path";
import { ContentError } from "./content-hash";
import { type Fault, shown } from "./problems";

/** Runs what reads a file or folder; what is wrong with that becomes a fault. `given` is the path as the user wrote it. */
export function readContent<T>(given: string, read: () => T): { readonly value: T } | { readonly fault: Fault } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ContentError) {
      return { fault: { rule: error.rule, got: shown(path.posix.join(given, error.inside)), remedy: error.remedy } };
    }
    if (error instanceof Error && "code" in error) {
      return {
        fault: { rule: "must be readable", got: shown(given), remedy: `the system says ${String(error.code)}` },
      };
    }
    throw error;
  }
}
