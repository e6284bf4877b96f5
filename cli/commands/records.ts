import type { Command } from "commander";
import { type Context, describe, type StackOptions, withJson, withStack } from "./common";

interface ListOptions extends StackOptions {
  readonly json?: boolean;
}

const shownDigits = 12;

/** `models`: what is registered. */
export function modelsCommand({ root }: Context): Command {
  const command = describe(
    "models",
    "List the registered models: versions, digests, sizes, tags and who uses them.",
    "npm run -s models -- --json",
  );
  return withJson(withStack(command), "them").action(async ({ json }: ListOptions) => {
    const { Store } = await import("../../provider/store");
    const { printJson, print } = await import("../output/messages");
    const { formatBytes, renderTable, shortDate } = await import("../output/table");
    const models = new Store(root).models();
    if (json) {
      printJson(models);
      return;
    }
    const table = renderTable(models, [
      { title: "MODEL", value: ({ name }) => name },
      { title: "VERSION", value: ({ version }) => String(version), align: "right" },
      { title: "DIGEST", value: ({ digest }) => digest.slice(0, shownDigits) },
      { title: "SIZE", value: ({ sizeInBytes }) => formatBytes(sizeInBytes), align: "right" },
      { title: "FRAMEWORK", value: ({ framework }) => framework ?? "-" },
      { title: "REGISTERED", value: ({ registeredAt }) => shortDate(registeredAt) },
      { title: "IMAGES", value: ({ images }) => images.join(",") || "-" },
      { title: "SERVICES", value: ({ services }) => services.join(",") || "-" },
      { title: "TAGS", value: ({ tags }) => tagList(tags) },
    ]);
    print(models.length === 0 ? "No model is registered yet." : table);
  });
}

/** `images`: what has been built. */
export function imagesCommand({ root }: Context): Command {
  const command = describe(
    "images",
    "List the images: versions, identities, sizes, models in them and who runs them.",
    "npm run -s images -- --json",
  );
  return withJson(withStack(command), "them").action(async ({ json }: ListOptions) => {
    const { Store } = await import("../../provider/store");
    const { printJson, print } = await import("../output/messages");
    const { formatBytes, renderTable, shortDate } = await import("../output/table");
    const images = new Store(root).images();
    if (json) {
      printJson(images);
      return;
    }
    const table = renderTable(images, [
      { title: "IMAGE", value: ({ name }) => name },
      { title: "VERSION", value: ({ version }) => String(version), align: "right" },
      { title: "IDENTITY", value: ({ identity }) => identity.slice(0, shownDigits) },
      { title: "SIZE", value: ({ sizeInBytes }) => formatBytes(sizeInBytes), align: "right" },
      { title: "ENVIRONMENT", value: ({ environment }) => environment.slice(0, shownDigits) || "-" },
      { title: "CREATED", value: ({ createdAt }) => shortDate(createdAt) },
      { title: "MODELS", value: ({ models }) => models.join(",") || "-" },
      { title: "SERVICES", value: ({ services }) => services.join(",") || "-" },
      { title: "TAGS", value: ({ tags }) => tagList(tags) },
    ]);
    print(images.length === 0 ? "No image has been built yet." : table);
  });
}

function tagList(tags: Readonly<Record<string, string>>): string {
  const parts = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return parts.join(",") || "-";
}
