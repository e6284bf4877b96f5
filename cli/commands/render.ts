import type { Command } from "commander";
import { type Context, describe } from "./common";

interface RenderOptions {
  readonly stack: string;
  readonly out: string;
}

/** `render`: writes a stack's Kubernetes objects for those who have them applied by something else. */
export function renderCommand({ root }: Context): Command {
  return describe(
    "render",
    "Write the Kubernetes objects that a stack would make as YAML, for Argo CD, Flux or kubectl. Makes nothing.",
    "npm run render -- --stack prod --out deploy/prod",
  )
    .requiredOption("--stack <name>", "stack to render")
    .requiredOption("--out <folder>", "where to; what an earlier run has written there is replaced")
    .action(async ({ stack, out }: RenderOptions) => {
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
    });
}
