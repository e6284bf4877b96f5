import * as pulumi from "@pulumi/pulumi";
import type { BatchWorkspace } from "../batch-scoring-pool-options";

/** Options of a part. */
export type Options = pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource };

/** What each part of a workspace is told. */
export function within({ resourceGroupName, workspaceName }: BatchWorkspace) {
  return { resourceGroupName, workspaceName };
}

/** Id of an asset's version, or of another part of the workspace. */
export function idIn(
  { workspaceId }: BatchWorkspace,
  kind: string,
  ...names: pulumi.Input<string>[]
): pulumi.Output<string> {
  const [name, version] = names;
  return version === undefined
    ? pulumi.interpolate`${workspaceId}/${kind}/${name}`
    : pulumi.interpolate`${workspaceId}/${kind}/${name}/versions/${version}`;
}

/** Options of what waits for others. */
export function after(options: Options, ...needed: readonly pulumi.Resource[]): Options {
  return { ...options, dependsOn: [...needed] };
}
