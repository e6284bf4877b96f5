import * as pulumi from "@pulumi/pulumi";
import { LocalServer } from "./internal/local-resources";
import { checkLocalService, secret } from "./checks/local-service";
import { Problems } from "./internal/validate";
import type { ImageReference, ScoringService } from "./scoring-service";

/** What answers scoring requests. */
export const ScoringServer = { scorestack: "scorestack", azmlinfsrv: "azmlinfsrv" } as const;
/** What answers scoring requests. */
export type ScoringServer = (typeof ScoringServer)[keyof typeof ScoringServer];

/** When the keys of a {@link LocalService} were made: any short text, such as a date. A key whose text changes is made anew. */
export interface KeyRotation {
  /** For the primary key. */
  readonly primary?: pulumi.Input<string>;
  /** For the secondary key. */
  readonly secondary?: pulumi.Input<string>;
}

/** Arguments of {@link LocalService}. */
export interface LocalServiceArgs {
  /** The image to serve. */
  readonly image: ImageReference;
  /** Name: 3 to 32 lower-case letters, digits and dashes, a letter first. @default - the component's name */
  readonly serviceName?: pulumi.Input<string>;
  /** Port on 127.0.0.1, 1 to 65535. @default - a free one, chosen once and kept */
  readonly port?: pulumi.Input<number>;
  /** Server processes, 1 to 64. Each loads the models and scores one request at a time. @default 1 */
  readonly workers?: pulumi.Input<number>;
  /**
   * What answers scoring requests: `scorestack` calls `run()` itself; `azmlinfsrv` has the inference server's Flask
   * application do it, about three times slower, for a scorer that uses `flask.request`. @default "scorestack"
   */
  readonly server?: pulumi.Input<ScoringServer>;
  /** Scoring requests that each process holds at a time, 1 to 10000; more are answered with 503. @default 64 */
  readonly maxConcurrentRequests?: pulumi.Input<number>;
  /**
   * Concurrent requests that one call of `run()` may answer, 1 to 1000. More than 1 needs `batch_rows = True` in the
   * scoring script: each argument of `run()` and its result are lists of rows. @default 1
   */
  readonly maxBatchSize?: pulumi.Input<number>;
  /** How long the first request of a batch waits for others, in milliseconds, 0 to 1000. @default 5 with `maxBatchSize`, else 0 */
  readonly maxLatencyMs?: pulumi.Input<number>;
  /** Longest time for one `run()`, in milliseconds, 1 to 3600000; longer ones are answered with 500. @default 60000 */
  readonly scoringTimeoutMs?: pulumi.Input<number>;
  /** Longest time until a new server has loaded its models and answered its sample requests, in seconds, 1 to 3600. @default 300 */
  readonly startTimeoutSeconds?: pulumi.Input<number>;
  /** Origins whose pages may call the service. @default - none @example ["https://example.com"] */
  readonly corsOrigins?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Environment variables of the scorer. Secret values stay secret: in the state, on the disk and in listings of processes. Those
   * are set once Python runs, too late for variables that Python itself or the system's loader reads. @default - none
   */
  readonly environmentVariables?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Ask for a key with every request but health. @default false, for the service is reached from this machine only */
  readonly authEnabled?: pulumi.Input<boolean>;
  /** Key, 16 to 256 visible ASCII characters; needs `authEnabled`. Kept as a secret. @default - made when `authEnabled` */
  readonly primaryKey?: pulumi.Input<string>;
  /** Second key, as `primaryKey`. Kept as a secret. @default - made when `authEnabled` */
  readonly secondaryKey?: pulumi.Input<string>;
  /**
   * Has a key made anew, without a restart, when its text changes; for keys that are not given, and needs `authEnabled`.
   *
   * @default - the keys stay
   * @example { primary: "2026-11-22" }
   */
  readonly keyRotation?: pulumi.Input<KeyRotation>;
  /** Labels for people and queries. @default - none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** A sentence for people. @default - none */
  readonly description?: pulumi.Input<string>;
}

/**
 * An image that answers on 127.0.0.1: server processes that go on running after the program ends. A change switches over only when
 * the new server has answered its sample requests, so that no request is missed and the last good release keeps answering.
 */
export class LocalService extends pulumi.ComponentResource implements ScoringService {
  readonly scoringUri: pulumi.Output<string>;
  readonly swaggerUri: pulumi.Output<string>;
  readonly healthUri: pulumi.Output<string>;
  /** Answers which service, revision, image and models answer; asks for no key. */
  readonly versionUri: pulumi.Output<string>;
  readonly primaryKey: pulumi.Output<string | undefined>;
  readonly secondaryKey: pulumi.Output<string | undefined>;
  readonly imageIdentity: pulumi.Output<string>;
  /** `name:version` of the image that answers. */
  readonly imageId: pulumi.Output<string>;
  readonly modelIds: pulumi.Output<string[]>;
  /** Port on 127.0.0.1. */
  readonly port: pulumi.Output<number>;
  /** Counts the releases of this service: 1, 2, 3 … */
  readonly revision: pulumi.Output<number>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: LocalServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const keys = { primaryKey: secret(args.primaryKey), secondaryKey: secret(args.secondaryKey) };
    // Its server records the image; here too, every new image would count as two updates.
    const safe = { ...args, image: undefined, ...keys };
    super("scorestack:index:LocalService", name, safe, opts);
    const problems = new Problems(this);
    const inputs = checkLocalService(problems, name, args);
    problems.throwIfAny();

    const server = new LocalServer(name, inputs, { parent: this });
    const keyed = args.authEnabled !== undefined && args.authEnabled !== false;
    this.scoringUri = server.scoringUri;
    this.swaggerUri = server.swaggerUri;
    this.healthUri = server.healthUri;
    this.versionUri = server.versionUri;
    this.primaryKey = keyed ? pulumi.secret(server.primaryKey) : pulumi.output(undefined);
    this.secondaryKey = keyed ? pulumi.secret(server.secondaryKey) : pulumi.output(undefined);
    this.imageIdentity = server.imageIdentity;
    this.imageId = server.imageId;
    this.modelIds = server.modelIds;
    this.port = server.port;
    this.revision = server.revision;
    this.registerOutputs({
      scoringUri: this.scoringUri,
      swaggerUri: this.swaggerUri,
      healthUri: this.healthUri,
      versionUri: this.versionUri,
      primaryKey: this.primaryKey,
      secondaryKey: this.secondaryKey,
      imageIdentity: this.imageIdentity,
      imageId: this.imageId,
      modelIds: this.modelIds,
      port: this.port,
      revision: this.revision,
    });
  }
}
