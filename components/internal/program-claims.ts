import * as pulumi from "@pulumi/pulumi";

/** Values that only one resource of a program may have, such as ports. Each program run has its own. */
const claims = new WeakMap<object, Map<string, string>>();
/** Where no engine listens. */
const nowhere = {};

/**
 * Claims a value for a resource.
 *
 * @returns the name of the other resource that has it already, if there is one.
 */
export function claim(kind: string, value: string | number, holder: string): string | undefined {
  // One monitor serves one run of one program, in-process runs and mocks included.
  const run = pulumi.runtime.getMonitor() ?? nowhere;
  const taken = claims.get(run) ?? new Map<string, string>();
  claims.set(run, taken);
  const key = `${kind}:${value}`;
  const other = taken.get(key);
  if (other === undefined) {
    taken.set(key, holder);
  }
  return other === holder ? undefined : other;
}
