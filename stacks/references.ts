import * as pulumi from "@pulumi/pulumi";
import type { BatchWorkspace } from "../components";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import { type BuiltImage, isBuilt } from "./built-image";
import { isRecord } from "./settings/shape";

/** Where a stack keeps its images. */
export interface SourceRegistry {
  readonly registryServer: string;
  readonly registryId: string;
}

/** The Azure ML workspace of a stack: what it tells of it. */
export type SourceWorkspace = Pick<
  BatchWorkspace,
  "workspaceName" | "workspaceId" | "resourceGroupName" | "location" | "datastore"
>;

/** What another stack of the project has deployed, as far as this one takes it over. */
export interface Source {
  readonly images: Readonly<Record<string, BuiltImage>>;
  readonly registry?: SourceRegistry;
  readonly workspace?: SourceWorkspace;
  /** One problem a line. */
  readonly problems: readonly string[];
}

/**
 * Reads what a stack has deployed, as its state says it now. Only this file reads other stacks.
 *
 * @param stack Name of a stack of this project, or `organization/project/stack`.
 */
export async function readSource(stack: string): Promise<Source> {
  const problems = new Problems("scorestack:");
  const name = stack.includes("/") ? stack : [pulumi.getOrganization(), pulumi.getProject(), stack].join("/");
  const reference = new pulumi.StackReference("source", { name });
  const [images, registry, workspace] = await Promise.all(
    ["images", "registry", "workspace"].map((output) => plain(reference, output)),
  );
  if (!isRecord(images) || Object.keys(images).length === 0) {
    const remedy = `bring it up first: npm run up -- --stack ${stack}`;
    problems.add("source", "must be a stack that has images in a registry", shown(stack), remedy);
    return { images: {}, problems: problems.lines };
  }
  const built = Object.entries(images).filter(([, image]) => isBuilt(image)) as [string, BuiltImage][];
  for (const [image] of Object.entries(images).filter(([, one]) => !isBuilt(one))) {
    const remedy = `bring it up with this version of the program: npm run up -- --stack ${stack}`;
    problems.add("source", `must tell digest and identity of image '${image}'`, shown(stack), remedy);
  }
  return {
    images: Object.fromEntries(built),
    registry: partOf(registry) as SourceRegistry | undefined,
    workspace: partOf(workspace) as SourceWorkspace | undefined,
    problems: problems.lines,
  };
}

/** An output that is no secret; undefined if there is none. */
async function plain(reference: pulumi.StackReference, name: string): Promise<unknown> {
  return (await reference.getOutputDetails(name)).value as unknown;
}

function partOf(told: unknown): object | undefined {
  return isRecord(told) ? told : undefined;
}
