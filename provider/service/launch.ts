import * as path from "node:path";
import type { LocalServiceInputs } from "../../components/internal/local-contract";
import { drainSeconds, serverEnvironment, type ServiceIdentity } from "../../components/internal/server-environment";
import { modelFolder, type Bundle } from "../store/images";
import { containerOf } from "./container";
import type { ServiceFolder, Desired, Release } from "./files";
import type { SecretsDigest, Variables } from "./secrets";

/** What of the image a service needs to start. */
export interface LaunchImage {
  readonly bundle: Bundle;
  readonly folder: string;
  readonly python: string;
  /** Id of the container image that is run in place of the bundle. */
  readonly container?: string;
}

/** Environment variables from the user: the plain ones, and what may be said of the secret ones. */
export interface LaunchVariables {
  readonly plain: Variables;
  readonly digest?: SecretsDigest;
}

/** How a revision's server is started, and how it is told what to serve. */
export function launchOf(
  folder: ServiceFolder,
  inputs: LocalServiceInputs,
  image: LaunchImage,
  variables: LaunchVariables,
  release: Release,
  serial: number,
): Desired {
  const environment = { ...variables.plain, ...serverEnvironment(inputs, identityOf(inputs, release)) };
  return {
    serial,
    port: release.port,
    revision: release.revision,
    ...(image.container === undefined
      ? processOf(folder, inputs, image, environment, release.port)
      : containerOf(folder, inputs, image.container, environment)),
    startTimeoutSeconds: inputs.startTimeoutSeconds,
    ...(variables.digest ? { secrets: variables.digest } : {}),
  };
}

/** What of a launch differs between processes and containers. */
export type Started = Pick<Desired, "argv" | "env" | "cwd" | "image" | "workers" | "drainSeconds">;

/** `azmlinfsrv` as Azure ML sets it up. */
function processOf(
  folder: ServiceFolder,
  inputs: LocalServiceInputs,
  image: LaunchImage,
  environment: Variables,
  port: number,
): Started {
  const app = path.join(image.folder, "app");
  const server = ["-m", "azureml_inference_server_http", "--entry_script", image.bundle.executionScript];
  return {
    argv: [image.python, ...server, "--port", String(port), "--worker_count", String(inputs.workers)],
    env: { ...surroundings(image), ...environment, ...azureMl(image), ...scorestack(folder, inputs, image) },
    cwd: app,
    image: image.folder,
    workers: inputs.workers,
    // Longer than the server's own patience, so that it ends by itself.
    drainSeconds: drainSeconds(inputs) + 10,
  };
}

/** What a process that runs an image's Python inherits from here: no more than it needs to find its way. */
export function surroundings(image: Pick<LaunchImage, "python">): Record<string, string> {
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

/** Where a scoring script finds itself and its models: the variables that Azure ML sets. */
export function azureMl(image: Pick<LaunchImage, "bundle" | "folder">): Record<string, string> {
  const app = path.join(image.folder, "app");
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
