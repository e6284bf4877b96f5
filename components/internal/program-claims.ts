import * as pulumi from "@pulumi/pulumi";

type Claims = Map<string, string>;

/** Values that only one resource of a program may have, such as ports. Each program run has its own, and each scope in it. */
const claims = new WeakMap<object, WeakMap<object, Claims>>();
/** Where no engine listens. */
const nowhere = {};
const everywhere = {};

/**
 * Claims a value for a resource.
 *
 * @param scope where the value must be the only one of its kind, such as a resource group; the whole program without one.
 * @returns the name of the other resource that has it already, if there is one.
 */
export function claim(
  kind: string,
  value: string | number,
  holder: string,
  scope: object = everywhere,
): string | undefined {
  // One monitor serves one run of one program, in-process runs and mocks included.
  const run = pulumi.runtime.getMonitor() ?? nowhere;
  const scopes = claims.get(run) ?? new WeakMap<object, Claims>();
  claims.set(run, scopes);
  const taken = scopes.get(scope) ?? new Map<string, string>();
  scopes.set(scope, taken);
  const key = `${kind}:${value}`;
  const other = taken.get(key);
  if (other === undefined) {
    taken.set(key, holder);
  }
  return other === holder ? undefined : other;
}
