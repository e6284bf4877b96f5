import type * as pulumi from "@pulumi/pulumi";

/** An object of a kind that Kubernetes itself does not have. A type, so that `apiextensions.CustomResource` takes it. */

export type CustomObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: pulumi.Input<string>;
    readonly namespace: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
};
