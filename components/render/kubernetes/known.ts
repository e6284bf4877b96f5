import * as pulumi from "@pulumi/pulumi";
import { isLater } from "../../internal/validate";

/** What follows from a value: at once where the value is plain, so that previews and tests see it. */
export function known<T, U>(value: pulumi.Input<T>, follow: (value: pulumi.Unwrap<T>) => U): pulumi.Input<U> {
  return isLater(value)
    ? (pulumi.output(value).apply((later) => follow(later as pulumi.Unwrap<T>)) as pulumi.Output<U>)
    : follow(value as pulumi.Unwrap<T>);
}
