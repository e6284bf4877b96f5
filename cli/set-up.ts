import { ensureUv } from "../provider/uv";
import { type Engine, findEngine } from "./engine";
import { Progress } from "./output/messages";

/** Sees to what the first command on a machine lacks: the engine, and the tool that makes Python environments. */
export async function setUp(root: string): Promise<Engine> {
  const engine = await findEngine(root);
  const progress = new Progress("Looking for uv");
  try {
    await ensureUv(root, (message) => {
      progress.update(message);
    });
  } finally {
    progress.end();
  }
  return engine;
}
