/** What `.scorestack/` holds, as the command line shows it. */

export interface ModelRecord {
  name: string;
  version: number;
  digest: string;
  sizeInBytes: number;
  tags: Record<string, string>;
  description?: string;
  framework?: string;
  registeredAt: string;
  /** `name:version` of the images that hold this version. */
  images: string[];
  /** Services that run one of those images, or keep it as an earlier release. */
  services: string[];
}

export interface ImageRecord {
  name: string;
  version: number;
  identity: string;
  sizeInBytes: number;
  /** Key of the Python environment; shared between images with the same one. */
  environment: string;
  models: string[];
  tags: Record<string, string>;
  description?: string;
  createdAt: string;
  services: string[];
}

export type ServiceState = "starting" | "running" | "restarting" | "failed" | "stopped";

/** How a service that runs answers when it is asked. */
export type Health = "ok" | "no answer" | "not healthy" | "answers as another image";

export interface ServiceRecord {
  name: string;
  state: ServiceState;
  /** What its servers run in. */
  engine: "process" | "docker";
  /** Revision that answers; 0 when none does. */
  revision: number;
  imageId: string;
  imageIdentity: string;
  modelIds: string[];
  port: number;
  scoringUri: string;
  swaggerUri: string;
  healthUri: string;
  /** Process id of the server that answers, when there is one. */
  pid?: number;
  /** When that server was started (ISO 8601). */
  startedAt?: string;
  /** Unplanned restarts since the supervisor started. */
  restarts: number;
  /** Resident memory of the service's processes. */
  memoryInBytes?: number;
  /** Requests to `/score` that this server has answered. */
  requests?: number;
  /** Those answered with 4xx. */
  clientErrors?: number;
  /** Those answered with 5xx. */
  serverErrors?: number;
  logFile: string;
  /** Why it does not answer, when it does not. */
  problem?: string;
}
