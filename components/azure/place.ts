import * as pulumi from "@pulumi/pulumi";
import { parseAzureId } from "../internal/azure-ids";
import { plainName, uniqueName } from "../internal/azure-names";
import { problemLine, shown } from "../internal/problems";

/** Where the parts of a workspace are made. */
export interface Place {
  /** The component's name. */
  readonly name: string;
  readonly groupId: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Output<string>;
  readonly location: pulumi.Output<string>;
  readonly tags: Readonly<Record<string, string>>;
  /** Reached by private endpoints only. */
  readonly isPrivate: boolean;
  /** What holds data must not be deleted. */
  readonly protect: boolean;
}

/** A part of a workspace, made here or read. */
export interface Part {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Output<string>;
  /** Only where it was made here. */
  readonly made?: pulumi.CustomResource;
}

/** What {@link attach} read, whole. */
export interface Attached<T> extends Part {
  readonly found: pulumi.Output<T>;
}

/** Where something lies: what the `get…` functions ask for. */
export interface Whereabouts {
  readonly resourceGroupName: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
}

/**
 * Reads what the user owns. An id of another subscription is refused: it is the provider's own that is looked through, where
 * something else may have the same name.
 */
export function attach<T extends { readonly id: string }>(
  property: string,
  given: pulumi.Input<string>,
  place: Pick<Place, "resourceGroupName">,
  owner: pulumi.Resource | undefined,
  read: (where: Whereabouts) => pulumi.Output<T>,
): Attached<T> {
  const text = pulumi.output(given);
  const where: Whereabouts = {
    name: text.apply((value) => parseAzureId(value)?.name ?? value),
    resourceGroupName: text.apply((value) =>
      pulumi.output(parseAzureId(value)?.resourceGroupName ?? place.resourceGroupName),
    ),
  };
  const result = read(where);
  // The id as Azure writes it, known only once it was read.
  const id = pulumi.all([text, result.apply((known) => known.id)]).apply(([value, own]) => {
    if (value.startsWith("/") && own.toLowerCase() !== value.toLowerCase()) {
      const rule = "must lie in the subscription that is deployed to";
      throw new pulumi.ResourceError(problemLine(property, rule, shown(value)), owner, true);
    }
    return own;
  });
  return { ...where, id, found: id.apply(() => result) };
}

/** The options of a part that holds data. */
export function guarded(place: Place, options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return place.protect ? { ...options, protect: true } : options;
}

/**
 * A name in the resource group that no other stack of the project has. Names follow from the program, so that a run after one that
 * was killed finds what that has made, and does not make it again under another name.
 */
export function ownName(name: string): string {
  return plainName(pulumi.getProject(), pulumi.getStack(), name);
}

/** The name that was asked for, or one that nobody else has. */
export function nameOf(place: Place, role: string, given: pulumi.Input<string> | undefined): pulumi.Input<string> {
  return given ?? place.groupId.apply((id) => uniqueName(place.name, id.toLowerCase(), place.name, role));
}
