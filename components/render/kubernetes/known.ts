import * as pulumi from "@pulumi/pulumi";
import { isLater } from "../../internal/validate";

/** What follows from a value: at once where the value is plain, so that previews and tests see it. */
export function known<T, U>(value: pulumi.Input<T>, follow: (value: pulumi.Unwrap<T>) => U): pulumi.Input<U> {
  const later = value as pulumi.Output<pulumi.Unwrap<T>>;
  return isLater(value)
    ? pulumi.output(later).apply<U>(follow as (known: unknown) => U)
    : follow(value as pulumi.Unwrap<T>);
}
