import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { UserError } from "./rpc/handler";

/**
 * Makes sure that there is a Java for PySpark: `JAVA_HOME`, or `java` on PATH.
 *
 * @throws {@link UserError} saying what to install
 */
export function checkJava(imageName: string): void {
  const home = process.env.JAVA_HOME;
  const java = home ? path.join(home, "bin", "java") : "java";
  const { status } = spawnSync(java, ["-version"], { stdio: "ignore", timeout: 30_000 });
  if (status !== 0) {
    const remedy = "install Java 17 (openjdk-17-jre-headless) or set JAVA_HOME";
    throw new UserError(
      `'runtime' of image '${imageName}' must be one that can run here, got "spark-py" and no Java; ${remedy}`,
    );
  }
}
