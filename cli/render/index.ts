import { CliError } from "../errors";
import { openProject } from "../project";
import { projectProgram } from "../program";
import { openStack, stackOutputs } from "../stack";
import { madeBefore } from "./made";
import { type Manifests, manifestsOf } from "./manifests";
import { recordProgram } from "./record";
import { placeholderMark, readStackSettings } from "./settings";
import { writeManifests } from "./write";

/** What is rendered, and where to. */
export interface RenderRequest {
  readonly root: string;
  readonly stack: string;
  readonly out: string;
}

/**
 * Writes the Kubernetes objects that a stack would make. Nothing is made, asked or decrypted, but for the outputs of stacks that the
 * program refers to.
 *
 * @throws CliError with everything that can't be written, one problem a line.
 */
export async function renderStack({ root, stack, out }: RenderRequest): Promise<Manifests> {
  const project = openProject(root);
  const recorded = await recordProgram(async () => projectProgram(root)(), {
    ...readStackSettings(project, stack),
    project: project.name,
    stack,
    madeBefore: madeBefore(project, stack),
    outputsOf: (reference) => outputsOf(root, reference),
  });
  const found = manifestsOf(recorded);
  if (found.problems.length > 0) {
    throw new CliError(found.problems.join("\n"));
  }
  if (found.manifests.length === 0) {
    throw new CliError(`stack '${stack}' makes nothing in a Kubernetes cluster`);
  }
  writeManifests(out, found.manifests);
  return found;
}

/** Outputs that are secret stand as placeholders. */
async function outputsOf(root: string, reference: string): Promise<Readonly<Record<string, unknown>>> {
  const stackName = reference.split("/").at(-1) ?? reference;
  const outputs = await stackOutputs(await openStack({ root, stackName }), false);
  return JSON.parse(JSON.stringify(outputs).replaceAll('"[secret]"', `"${placeholderMark}:${stackName}"`)) as Record<
    string,
    unknown
  >;
}
