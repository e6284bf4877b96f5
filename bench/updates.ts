import * as fs from "node:fs";
import { load } from "../test/support/load";
import { using } from "./cleanup";
import { compare, type MeasureSpec, type Sample } from "./comparison";
import type { Section } from "./main";
import { ask } from "./serving/ask";
import { ServingClone } from "./serving/clone";

const measures: readonly MeasureSpec[] = [
  { name: "lost requests", unit: "", better: "lower" },
  { name: "answered", unit: "", better: "higher" },
  { name: "updates", unit: "", better: "higher" },
];
const script = "scorers/diabetes/score.py";
const clients = { keptAlive: 4, fresh: 4 };

/** Updates one after the other while clients ask without a pause, half of them over connections that they keep. */
export const updates: Section = async ({ quick }, tell) => {
  await using(
    ServingClone.make(["diabetes"]),
    (clone) => clone.remove(),
    async (clone) => {
      await clone.up();
      const sample = await updateUnderLoad(clone, quick ? 2 : 20);
      tell(compare("updates under load", measures, { scorestack: [sample] }));
    },
  );
};

async function updateUnderLoad(serving: ServingClone, count: number): Promise<Sample> {
  const asked = { ...serving.scoring("diabetes", "diabetes"), contains: "[" };
  const running = load((agent) => ask(asked, agent), clients);
  const good = fs.readFileSync(serving.clone.path(script), "utf8");
  for (let update = 1; update <= count; update++) {
    fs.writeFileSync(serving.clone.path(script), `${good}\n# update ${update}\n`);
    await serving.up();
  }
  const { failures, answers } = await running.stop();
  return { "lost requests": failures.length, answered: answers, updates: count };
}
