import * as pulumi from "@pulumi/pulumi";

/** A kubeconfig that leads nowhere, so that nothing is made where it must not be. */
export const refusedKubeconfig = JSON.stringify({
  "current-context": "refused",
  clusters: [{ name: "refused", cluster: { server: "https://refused.invalid" } }],
  contexts: [{ name: "refused", context: { cluster: "refused", user: "refused" } }],
  users: [{ name: "refused", user: {} }],
});

/**
 * An input of a provider that never fails. A provider whose inputs fail is never registered, and Pulumi's SDK then waits for it for
 * ever, with everything that uses it, so that nobody is told why. The failure itself is left to the component's outputs.
 */
export function settled(output: pulumi.Output<string>, other: string): pulumi.Output<string> {
  const known = output as unknown as { promise(): Promise<string | undefined> };
  return pulumi.output(
    known.promise().then(
      (value) => value ?? other,
      () => other,
    ),
  );
}
