/** What the components tell the in-project provider, and what it answers: the inputs and outputs of `scorestack:local:*`. */

/** Type tokens of the in-project provider's resources. */
export const localTokens = {
  model: "scorestack:local:Model",
  image: "scorestack:local:Image",
  service: "scorestack:local:Service",
  serviceKeys: "scorestack:local:ServiceKeys",
  downtime: "scorestack:local:Downtime",
} as const;

export interface LocalModelInputs {
  /** Name the versions are counted under. */
  modelName: string;
  /** Content identity: 64 hex characters (`hashContent`). */
  digest: string;
  /** File or folder, relative to the project root, `/` as separator. */
  source: string;
  sizeInBytes: number;
  tags?: Record<string, string>;
  properties?: Record<string, string>;
  description?: string;
  modelFramework?: string;
  modelFrameworkVersion?: string;
  /** File with a sample input, relative to the project root. */
  sampleInput?: string;
}

export interface LocalModelOutputs extends LocalModelInputs {
  /** 1, 2, 3 …: grows when content changes; the same content again has the same version. */
  version: number;
  /** `name:version`. */
  modelId: string;
}

/** A file of an image's bundle. */
export interface BundleFile {
  /** Where it is read from, relative to the project root. */
  source: string;
  sha256: string;
  executable?: boolean;
}

export interface ImageModel {
  modelName: string;
  /** A number in the local store; a content name in Azure. */
  version: number | string;
  digest: string;
}

/** A Python environment, before it is locked. */
export interface EnvironmentSpec {
  /** PEP 440 specifier of the interpreter, such as `==3.11.*` or `>=3.9,<3.13`. */
  python: string;
  /** PEP 508 requirements, sorted. */
  requirements: string[];
  /** Text of `conda.lock` beside the conda file, when there is one. */
  lock?: string;
}

export interface LocalImageInputs {
  imageName: string;
  /** Content identity: 64 hex characters (`imageIdentity`). */
  identity: string;
  runtime: "python" | "spark-py";
  /** Scoring script, relative to the app root. */
  executionScript: string;
  /** Bundle path (`app/score.py`, `samples/one.json`, `server/front.py`) → file. */
  files: Record<string, BundleFile>;
  environment: EnvironmentSpec;
  models: ImageModel[];
  dockerfile: string;
  baseImage?: string;
  enableGpu?: boolean;
  tags?: Record<string, string>;
  properties?: Record<string, string>;
  description?: string;
}

export interface LocalImageOutputs extends LocalImageInputs {
  version: number;
  /** `name:version`. */
  imageId: string;
}

export interface LocalServiceInputs {
  serviceName: string;
  /** Identity of the image to run. */
  imageIdentity: string;
  /** 1–65535; chosen once and kept when absent. */
  port?: number;
  /** What its servers run in. */
  engine: "process" | "docker";
  /** What a container may use; all of the machine when absent. */
  cpuCores?: number;
  memoryInGb?: number;
  /** Server processes. */
  workers: number;
  /** What answers scoring requests: `run()` called directly, or the inference server's Flask application. */
  server: "scorestack" | "azmlinfsrv";
  /** Scoring requests per process that are held at a time; `run()` itself is called by one at a time. */
  maxConcurrentRequests: number;
  /** Requests that one call of `run()` may answer. */
  maxBatchSize: number;
  /** How long the first request of a batch waits for others. */
  maxLatencyMs: number;
  scoringTimeoutMs: number;
  startTimeoutSeconds: number;
  corsOrigins?: string[];
  environmentVariables?: Record<string, string>;
  authEnabled: boolean;
  /** Secret. Made by the provider when `authEnabled` and absent. */
  primaryKey?: string;
  /** Secret. Made by the provider when `authEnabled` and absent. */
  secondaryKey?: string;
  keyRotation?: KeyRotation;
  tags?: Record<string, string>;
  description?: string;
}

/** Any short text for each key that the provider makes; a key whose text changes is made anew. */
export interface KeyRotation {
  primary?: string;
  secondary?: string;
}

export interface LocalServiceOutputs extends LocalServiceInputs {
  port: number;
  scoringUri: string;
  swaggerUri: string;
  healthUri: string;
  versionUri: string;
  /** Counts the releases of this service: 1, 2, 3 … */
  revision: number;
  /** `name:version` of the image that answers. */
  imageId: string;
  /** `name:version` of each model in it. */
  modelIds: string[];
}

/** Keys of a service elsewhere: they are in the state alone, as secrets. */
export interface ServiceKeysInputs {
  /** Secret. Made when absent. */
  primaryKey?: string;
  /** Secret. Made when absent. */
  secondaryKey?: string;
  keyRotation?: KeyRotation;
}

export interface ServiceKeysOutputs extends ServiceKeysInputs {
  primaryKey: string;
  secondaryKey: string;
}

/** What of a service elsewhere can't change while it goes on answering. */
export interface DowntimeInputs {
  serviceName: string;
  /** How long it is away while it is made anew: `1 to 5 minutes`. */
  typicalTime: string;
  /** Name of an argument → its value, for people. */
  fixed: Record<string, string>;
}
