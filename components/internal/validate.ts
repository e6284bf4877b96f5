import * as pulumi from "@pulumi/pulumi";
import { brokenRule, faultLine, type PropertyFault, type Rule } from "./problems";

/** Collects the problems of a component's arguments, so that all are told at once. */
export class Problems {
  /** A default that several parts of a component share is wrong once. */
  private collected = new Set<string>();

  /** @param owner the component, or what is written before each property where there is none yet */
  constructor(
    private readonly owner: pulumi.Resource | string,
    private readonly place = "",
  ) {}

  /** Collects the problems of a part, whose properties have this before their names. */
  within(place: string): Problems {
    const part = new Problems(this.owner, this.place + place);
    part.collected = this.collected;
    return part;
  }

  /** The problems, one a line. */
  get lines(): readonly string[] {
    return [...this.collected];
  }

  /** Adds a problem. */
  add(property: string, rule: string, got?: string, remedy?: string): void {
    this.addAll([{ property, rule, got, remedy }]);
  }

  /** Adds what a pure check found. */
  addAll(faults: readonly PropertyFault[]): void {
    faults.forEach((fault) => this.collected.add(faultLine({ ...fault, property: this.full(fault.property) })));
  }

  /** Checks a value that is never an Output. A value that is not given passes. */
  plain<T>(property: string, value: T | undefined, rule: Rule<T>): void {
    const line = value === undefined ? undefined : brokenRule(this.full(property), value, rule);
    if (line !== undefined) {
      this.collected.add(line);
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

  /** @throws pulumi.ResourceError (RunError without a component) with all problems, one a line, if there are any. */
  throwIfAny(): void {
    if (this.collected.size > 0) {
      throw this.error(this.lines.join("\n"));
    }
  }

  private full(property: string): string {
    return (typeof this.owner === "string" ? this.owner : "") + this.place + property;
  }

  private error(text: string): Error {
    return typeof this.owner === "string"
      ? new pulumi.RunError(text)
      : new pulumi.ResourceError(text, this.owner, true);
  }

  private gate<T>(property: string, value: pulumi.Input<T>, rule: Rule<T>): pulumi.Output<T> {
    const output = pulumi.output(value) as pulumi.Output<T | undefined>;
    return pulumi.all([output, pulumi.isSecret(output)]).apply(([known, secret]) => {
      const line =
        known === undefined
          ? undefined
          : brokenRule(this.place + property, known as T, secret ? { ...rule, secret } : rule);
      if (line !== undefined) {
        throw this.error(line);
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
