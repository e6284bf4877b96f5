import * as path from "node:path";
import type { LocalServiceInputs } from "../../components/internal/local-contract";
import { drainSeconds, serverEnvironment, type ServiceIdentity } from "../../components/internal/server-environment";
import { modelFolder, type Bundle } from "../store/images";
import type { ServiceFolder, Desired, Release } from "./files";
import type { SecretsDigest, Variables } from "./secrets";

/** What of the image a service needs to start. */
export interface LaunchImage {
  readonly bundle: Bundle;
  readonly folder: string;
  readonly python: string;
}

/** Environment variables from the user: the plain ones, and what may be said of the secret ones. */
export interface LaunchVariables {
  readonly plain: Variables;
  readonly digest?: SecretsDigest;
}

/** The command line and environment of a revision's server: `azmlinfsrv` as Azure ML sets it up. */
export function launchOf(
  folder: ServiceFolder,
  inputs: LocalServiceInputs,
  image: LaunchImage,
  variables: LaunchVariables,
  release: Release,
  serial: number,
): Desired {
  const app = path.join(image.folder, "app");
  const server = ["-m", "azureml_inference_server_http", "--entry_script", image.bundle.executionScript];
  return {
    serial,
    port: release.port,
    revision: release.revision,
    argv: [image.python, ...server, "--port", String(release.port), "--worker_count", String(inputs.workers)],
    env: {
      ...surroundings(image),
      ...variables.plain,
      ...azureMl(app, image),
      ...serverEnvironment(inputs, identityOf(inputs, release)),
      ...scorestack(folder, inputs, image),
    },
    cwd: app,
    image: image.folder,
    workers: inputs.workers,
    startTimeoutSeconds: inputs.startTimeoutSeconds,
    // Longer than the server's own patience, so that it ends by itself.
    drainSeconds: drainSeconds(inputs) + 10,
    ...(variables.digest ? { secrets: variables.digest } : {}),
  };
}

function surroundings(image: LaunchImage): Record<string, string> {
  const kept = ["HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "JAVA_HOME", "LD_LIBRARY_PATH"];
  const inherited = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    PATH: `${path.dirname(image.python)}${path.delimiter}${process.env.PATH ?? "/usr/bin:/bin"}`,
    PYTHONUNBUFFERED: "1",
    // Spark's own processes would take the first Python on PATH.
    PYSPARK_PYTHON: image.python,
    // The bundle is shared and must stay as it was built.
    PYTHONDONTWRITEBYTECODE: "1",
  };
}

function azureMl(app: string, image: LaunchImage): Record<string, string> {
  const [only, ...others] = image.bundle.models;
  const models = only && others.length === 0 ? modelFolder(only) : path.join("app", "azureml-models");
  return {
    AML_APP_ROOT: app,
    AZUREML_ENTRY_SCRIPT: image.bundle.executionScript,
    AZUREML_MODEL_DIR: path.join(image.folder, models),
  };
}

function identityOf({ serviceName }: LocalServiceInputs, release: Release): Required<ServiceIdentity> {
  return {
    service: serviceName,
    revision: release.revision,
    image: release.imageId,
    imageIdentity: release.imageIdentity,
    models: release.modelIds,
  };
}

function scorestack(folder: ServiceFolder, inputs: LocalServiceInputs, image: LaunchImage): Record<string, string> {
  return {
    GUNICORN_CMD_ARGS: `-c ${quoted(path.join(image.folder, "server", "gunicorn_conf.py"))}`,
    SCORESTACK_SAMPLES_DIR: path.join(image.folder, "samples"),
    ...(inputs.authEnabled ? { SCORESTACK_KEYS_FILE: folder.keysFile } : {}),
  };
}

/** gunicorn splits the variable as a shell does. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
