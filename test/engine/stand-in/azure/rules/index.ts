import { Refusal } from "../../package";
import { batchRules } from "./batch";
import { containerGroupRules } from "./container-group";
import { managedClusterRules } from "./managed-cluster";
import { nameRules } from "./names";
import { referenceRules } from "./references";
import type { Request, Rule } from "./rule";
import { serviceRules } from "./services";

/** Everything that the stand-in enforces in Azure's place: one row a rule, with its source. */
export const rules: readonly Rule[] = [
  ...nameRules,
  ...referenceRules,
  ...serviceRules,
  ...containerGroupRules,
  ...managedClusterRules,
  ...batchRules,
];

/** Throws the first refusal, as Azure would. */
export function enforce(on: Rule["on"], request: Request): void {
  for (const rule of rules) {
    if (rule.on === on && (rule.types === undefined || rule.types.includes(request.type))) {
      const refusal = rule.refuse(request);
      if (refusal !== undefined) {
        throw new Refusal(refusal);
      }
    }
  }
}
