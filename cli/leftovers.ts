import * as path from "node:path";
import { Store } from "../provider/store";
import { removeHalfMadeFiles, removeLeftovers, removeUnrecorded } from "../provider/store/leftovers";
import { say } from "./output/messages";
import type { Project } from "./project";

const shown = 3;

/** Removes what runs that were killed have left half done beside the engine's state, and says so. */
export async function clearLeftovers({ root, home }: Project): Promise<void> {
  const inHome = [...removeLeftovers(home), ...(await removeUnrecorded(new Store(root)))];
  const removed = [...removeHalfMadeFiles(root), ...inHome.map((place) => path.join(path.basename(home), place))];
  const more = removed.length > shown ? ` and ${removed.length - shown} more` : "";
  if (removed.length > 0) {
    say(`Removed what a run that was ended has left half done: ${removed.slice(0, shown).join(", ")}${more}.`);
  }
}
