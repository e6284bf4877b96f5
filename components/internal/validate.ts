import * as pulumi from "@pulumi/pulumi";
import { brokenRule, faultLine, problemLine, type PropertyFault, type Rule } from "./problems";

/** Collects the problems of a component's arguments, so that all are told at once. */
export class Problems {
  private readonly collected: string[] = [];

  constructor(private readonly component: pulumi.Resource) {}

  /** Adds a problem. */
  add(property: string, rule: string, got?: string, remedy?: string): void {
    this.collected.push(problemLine(property, rule, got, remedy));
  }

  /** Adds what a pure check found. */
  addAll(faults: readonly PropertyFault[]): void {
    this.collected.push(...faults.map(faultLine));
  }

  /** Checks a value that is never an Output. A value that is not given passes. */
  plain<T>(property: string, value: T | undefined, rule: Rule<T>): void {
    const line = value === undefined ? undefined : brokenRule(property, value, rule);
    if (line !== undefined) {
      this.collected.push(line);
    }
  }

  /**
   * Checks a value: a plain one at once, an Output or Promise when it is known. What is returned in that case fails with the
   * problem, so that nothing that uses it goes on. A value that is not given passes.
   */
  check<T>(property: string, value: pulumi.Input<T>, rule: Rule<T>): pulumi.Input<T>;
  check<T>(property: string, value: pulumi.Input<T> | undefined, rule: Rule<T>): pulumi.Input<T> | undefined;
  check<T>(property: string, value: pulumi.Input<T> | undefined, rule: Rule<T>): pulumi.Input<T> | undefined {
    if (value === undefined || isLater(value)) {
      return value === undefined ? undefined : this.gate(property, value, rule);
    }
    this.plain(property, value as T, rule);
    return value;
  }

  /** @throws pulumi.ResourceError with all problems, one a line, if there are any. */
  throwIfAny(): void {
    if (this.collected.length > 0) {
      throw new pulumi.ResourceError(this.collected.join("\n"), this.component, true);
    }
  }

  private gate<T>(property: string, value: pulumi.Input<T>, rule: Rule<T>): pulumi.Output<T> {
    const output = pulumi.output(value) as pulumi.Output<T | undefined>;
    return pulumi.all([output, pulumi.isSecret(output)]).apply(([known, secret]) => {
      const line =
        known === undefined ? undefined : brokenRule(property, known as T, secret ? { ...rule, secret } : rule);
      if (line !== undefined) {
        throw new pulumi.ResourceError(line, this.component, true);
      }
      return known as T;
    });
  }
}

/** Whether a value, or one inside it, is only known later. */
export function isLater(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    return true;
  }
  return typeof value === "object" && value !== null && Object.values(value).some(isLater);
}
