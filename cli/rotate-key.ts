import { CliError } from "./errors";
import { inTurn } from "./locks";
import { openService, updateService } from "./one-service";
import { openProject } from "./project";
import { deployedInputs } from "./services";
import { withSetting } from "./stack-settings";

export interface KeyToRotate {
  readonly root: string;
  readonly stackName: string;
  /** Name of the service. */
  readonly name: string;
  readonly key: "primary" | "secondary";
  readonly onLine: (line: string) => void;
}

/** Makes a key of a service anew and updates that service alone, with the image that it has. Returns when, as the setting says. */
export async function rotateKey(wanted: KeyToRotate, agree: () => Promise<void>): Promise<string> {
  const { root, stackName, name, key, onLine } = wanted;
  const { imageIdentity, authEnabled, ...inputs } = deployedInputs(root, stackName, name);
  if (typeof imageIdentity !== "string" || authEnabled !== true) {
    throw new CliError(
      `service '${name}' must ask for keys, and it does not; set authEnabled under scorestack:services.${name}, then ` +
        "run npm run up",
    );
  }
  if (inputs[`${key}Key`] !== undefined) {
    throw new CliError(`the ${key} key of service '${name}' is given by the program; change it there`);
  }
  await agree();
  const rotatedAt = new Date().toISOString();
  const project = openProject(root);
  await inTurn(project, stackName, async () => {
    const service = await openService(root, stackName, { name, imageIdentity });
    const setting = [["scorestack:keyRotations", name, key], rotatedAt] as const;
    await withSetting(project, stackName, setting, () => updateService(service, onLine));
  });
  return rotatedAt;
}
