import { using } from "./cleanup";
import { compare, interleave } from "./comparison";
import { DevProject } from "./dev/project";
import type { Section } from "./main";
import { measureOperation, operationMeasures } from "./noop";

/** `preview` of the stack dev on the stand-in cloud, beside a program that registers the same resources and does nothing else. */
export const dev: Section = async ({ quick }, tell) => {
  await using(
    DevProject.make(),
    (project) => project.remove(),
    async (project) => {
      await project.fill();
      const raw = (...options: string[]) =>
        measureOperation(project.folder, "preview", project.rawCommand("preview", ...options), project.rawEnvironment);
      const samples = await interleave(quick ? 1 : 7, {
        scorestack: () => measureOperation(project.folder, "preview", project.command("preview"), project.environment),
        "raw program, lean": () => raw("lean"),
        "raw program": () => raw(),
      });
      tell(compare("preview of dev", operationMeasures, samples));
    },
  );
};
