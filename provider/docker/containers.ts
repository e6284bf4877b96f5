import { askDocker } from "./client";

/** As the front of a container sets it (`supervisor/container.py`). */
const folderLabel = "scorestack.folder";

/** Removes what a service's folder has of containers; those that its supervisor ends are gone before. */
export async function removeContainers(serviceFolder: string): Promise<void> {
  const found = await askDocker("ps", "--all", "--quiet", "--filter", `label=${folderLabel}=${serviceFolder}`);
  if (found) {
    await askDocker("rm", "--force", ...found.split("\n"));
  }
}
