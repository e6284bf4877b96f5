import type { Command } from "commander";
import { onCloud } from "../rehearsal";
import { type CloudOptions, type Context, describe, withCloud } from "./common";

interface RenderOptions extends CloudOptions {
  readonly out: string;
}

/** `render`: writes a stack's Kubernetes objects for those who have them applied by something else. */
export function renderCommand({ root }: Context): Command {
  const command = describe(
    "render",
    "Write the Kubernetes objects that a stack would make as YAML, for Argo CD, Flux or kubectl. Makes nothing.",
    "npm run render -- --stack prod --out deploy/prod",
  );
  return withCloud(command)
    .requiredOption("--out <folder>", "where to; what an earlier run has written there is replaced")
    .action(async (options: RenderOptions) => {
      await onCloud({ root, ...options, needsCloud: false }, () => render(root, options));
    });
}

async function render(root: string, { stack, out }: RenderOptions): Promise<void> {
  const { renderStack } = await import("../render");
  const { say, warn } = await import("../output/messages");
  process.env["SCORESTACK_ROOT"] = root;
  const { manifests, placeholders, leftOut } = await renderStack({ root, stack, out });
  say(`Wrote ${manifests.length} objects of stack '${stack}' to ${out}.`);
  if (placeholders.length > 0) {
    say(`Fill these Secrets in, they have placeholders for values (docs/gitops.md): ${placeholders.join(", ")}`);
  }
  leftOut.forEach((one) => {
    warn(`${one} is no object and was left out: install it by other means`);
  });
}
