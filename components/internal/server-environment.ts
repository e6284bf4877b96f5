/** How an image's server is told its settings, wherever it runs: environment variables, and a file of keys' digests. */

import * as crypto from "node:crypto";

/** Settings of the server, as the components check them. */
export interface ServerSettings {
  serviceName: string;
  server: "scorestack" | "azmlinfsrv";
  maxConcurrentRequests: number;
  /** How long a request waits for its turn; as long as another may run, where it is not given. */
  maxRequestWaitTimeMs?: number;
  maxBatchSize: number;
  maxLatencyMs: number;
  scoringTimeoutMs: number;
  startTimeoutSeconds: number;
  corsOrigins?: readonly string[];
}

/** Who a service is; what `/version` answers. */
export interface ServiceIdentity {
  service: string;
  /** Counts the releases, where somebody does. */
  revision?: number;
  /** `name:version` of the image; left out where it is not known. */
  image?: string;
  imageIdentity: string;
  /** `name:version` of each model; left out where they are not known. */
  models?: readonly string[];
}

const leastDrainSeconds = 30;
const workerTimeoutSeconds = 300;

/** The environment variables that say how to serve, and as whom. Sorted; none of them is secret. */
export function serverEnvironment(settings: ServerSettings, identity: ServiceIdentity): Record<string, string> {
  const { maxBatchSize, maxLatencyMs, maxRequestWaitTimeMs, corsOrigins = [] } = settings;
  return {
    ...(corsOrigins.length > 0 ? { AML_CORS_ORIGINS: corsOrigins.join(",") } : {}),
    SCORESTACK_GRACEFUL_TIMEOUT_SECONDS: String(drainSeconds(settings)),
    SCORESTACK_IDENTITY: JSON.stringify(identity),
    ...(maxBatchSize > 1
      ? { SCORESTACK_MAX_BATCH_SIZE: String(maxBatchSize), SCORESTACK_MAX_LATENCY_MS: String(maxLatencyMs) }
      : {}),
    SCORESTACK_MAX_REQUESTS: String(settings.maxConcurrentRequests),
    ...(maxRequestWaitTimeMs === undefined ? {} : { SCORESTACK_MAX_WAIT_MS: String(maxRequestWaitTimeMs) }),
    SCORESTACK_SERVER: settings.server,
    SCORING_TIMEOUT_MS: String(settings.scoringTimeoutMs),
    SERVICE_NAME: settings.serviceName,
    WORKER_TIMEOUT: String(workerTimeout(settings)),
  };
}

/** How long requests under way have when their server is replaced: as long as one may take. */
export function drainSeconds({ scoringTimeoutMs }: Pick<ServerSettings, "scoringTimeoutMs">): number {
  return Math.max(leastDrainSeconds, Math.ceil(scoringTimeoutMs / 1000) + 5);
}

/** gunicorn ends a worker that is silent for so long, as one is in `init()`. */
function workerTimeout({ scoringTimeoutMs, startTimeoutSeconds }: ServerSettings): number {
  return Math.max(workerTimeoutSeconds, Math.ceil(scoringTimeoutMs / 1000) + 60, startTimeoutSeconds);
}

/** What the file that `SCORESTACK_KEYS_FILE` names must hold, as JSON, for these keys to be accepted. */
export function keyDigests(keys: readonly (string | undefined)[]): string[] {
  return keys.filter((key) => key !== undefined).map((key) => crypto.createHash("sha256").update(key).digest("hex"));
}
