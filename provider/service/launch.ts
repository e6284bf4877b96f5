import * as path from "node:path";
import type { LocalServiceInputs } from "../../components/internal/local-contract";
import { modelFolder, type Bundle } from "../store/images";
import type { ServiceFolder, Desired, Release } from "./files";
import type { SecretsDigest, Variables } from "./secrets";

const leastDrainSeconds = 30;
const workerTimeoutSeconds = 300;

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
      ...azureMl(app, inputs, image),
      ...scorestack(folder, inputs, image, release),
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

/** How long requests under way have when their server is replaced: as long as one may take. */
function drainSeconds({ scoringTimeoutMs }: LocalServiceInputs): number {
  return Math.max(leastDrainSeconds, Math.ceil(scoringTimeoutMs / 1000) + 5);
}

/** gunicorn ends a worker that is silent for so long, as one is in `init()`. */
function workerTimeout({ scoringTimeoutMs, startTimeoutSeconds }: LocalServiceInputs): number {
  return Math.max(workerTimeoutSeconds, Math.ceil(scoringTimeoutMs / 1000) + 60, startTimeoutSeconds);
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

function azureMl(app: string, inputs: LocalServiceInputs, image: LaunchImage): Record<string, string> {
  const [only, ...others] = image.bundle.models;
  const models = only && others.length === 0 ? modelFolder(only) : path.join("app", "azureml-models");
  return {
    AML_APP_ROOT: app,
    AZUREML_ENTRY_SCRIPT: image.bundle.executionScript,
    AZUREML_MODEL_DIR: path.join(image.folder, models),
    SERVICE_NAME: inputs.serviceName,
    SCORING_TIMEOUT_MS: String(inputs.scoringTimeoutMs),
    WORKER_TIMEOUT: String(workerTimeout(inputs)),
    ...(inputs.corsOrigins?.length ? { AML_CORS_ORIGINS: inputs.corsOrigins.join(",") } : {}),
  };
}

function scorestack(
  folder: ServiceFolder,
  inputs: LocalServiceInputs,
  image: LaunchImage,
  release: Release,
): Record<string, string> {
  const identity = {
    service: inputs.serviceName,
    revision: release.revision,
    image: release.imageId,
    imageIdentity: release.imageIdentity,
    models: release.modelIds,
  };
  return {
    GUNICORN_CMD_ARGS: `-c ${quoted(path.join(image.folder, "server", "gunicorn_conf.py"))}`,
    SCORESTACK_IDENTITY: JSON.stringify(identity),
    SCORESTACK_SAMPLES_DIR: path.join(image.folder, "samples"),
    SCORESTACK_SERVER: inputs.server,
    SCORESTACK_MAX_REQUESTS: String(inputs.maxConcurrentRequests),
    ...(inputs.maxBatchSize > 1
      ? {
          SCORESTACK_MAX_BATCH_SIZE: String(inputs.maxBatchSize),
          SCORESTACK_MAX_LATENCY_MS: String(inputs.maxLatencyMs),
        }
      : {}),
    SCORESTACK_GRACEFUL_TIMEOUT_SECONDS: String(drainSeconds(inputs)),
    ...(inputs.authEnabled ? { SCORESTACK_KEYS_FILE: folder.keysFile } : {}),
  };
}

/** gunicorn splits the variable as a shell does. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
