import * as pulumi from "@pulumi/pulumi";
import { LocalServer } from "./internal/local-resources";
import { numberInTenths, oneOf, type Rule, wholeNumber } from "./internal/problems";
import { claim } from "./internal/program-claims";
import * as rules from "./internal/rules";
import { isLater, Problems } from "./internal/validate";
import type { LocalImageReference, ScoringService } from "./scoring-service";
import { checkKeys, checkServing, checkVariables, type KeyRotation, secretly, type ServingArgs } from "./serving";

/** What a service on this machine runs in. */
export const ServiceEngine = {
  /** Processes, in a Python environment of this machine. */
  process: "process",
  /** A container, as it runs in Azure; needs Docker on this machine. */
  docker: "docker",
} as const;
/** What a service on this machine runs in. */
export type ServiceEngine = (typeof ServiceEngine)[keyof typeof ServiceEngine];

/** Arguments of {@link LocalService}. */
export interface LocalServiceArgs extends ServingArgs {
  /** The image to serve. */
  readonly image: LocalImageReference;
  /**
   * What it runs in: `docker` builds and runs the container that goes to Azure, and needs Docker on this machine and a `conda.lock`
   * that fits. A change of it hands over in place, as any other. @default "process"
   */
  readonly engine?: pulumi.Input<ServiceEngine>;
  /** CPU cores that the container may use, 0.1 to 256 in steps of 0.1; needs the engine `docker`. @default - all */
  readonly cpuCores?: pulumi.Input<number>;
  /**
   * Memory that the container may use, in GB, 0.1 to 4096 in steps of 0.1; needs the engine `docker`. What takes more is killed and
   * brought back. @default - all
   */
  readonly memoryInGb?: pulumi.Input<number>;
  /** Port on 127.0.0.1, 1 to 65535. @default - a free one, chosen once and kept */
  readonly port?: pulumi.Input<number>;
  /** Longest time until a new server has loaded its models and answered its sample requests, in seconds, 1 to 3600. @default 300 */
  readonly startTimeoutSeconds?: pulumi.Input<number>;
  /**
   * Environment variables of the scorer. Secret values stay secret: in the state, on the disk and in listings of processes. Those
   * are set once Python runs, too late for variables that Python itself or the system's loader reads. @default - none
   */
  readonly environmentVariables?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Ask for a key with every request but health. @default false, for the service is reached from this machine only */
  readonly authEnabled?: pulumi.Input<boolean>;
  /**
   * Has a key made anew, without a restart, when its text changes; for keys that are not given, and needs `authEnabled`.
   *
   * @default - the keys stay
   * @example { primary: "2026-11-22" }
   */
  readonly keyRotation?: pulumi.Input<KeyRotation>;
}

/**
 * An image that answers on 127.0.0.1: server processes, or a container, that go on running after the program ends. A change switches over only when
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
    const keys = { primaryKey: secretly(args.primaryKey), secondaryKey: secretly(args.secondaryKey) };
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

/** Checks the arguments of a {@link LocalService}; returns what its server is told. */
export function checkLocalService(problems: Problems, name: string, args: LocalServiceArgs) {
  const imageIdentity = problems.check("image.identity", args.image.identity, rules.contentIdentity);
  const serving = checkServing(problems, name, args);
  const keyed = args.authEnabled !== undefined && args.authEnabled !== false;
  return {
    imageIdentity,
    ...serving,
    ...checkEngine(problems, args),
    serviceName: problems.check("serviceName", serving.serviceName, unclaimed("service", name)),
    port: problems.check("port", problems.check("port", args.port, wholeNumber(1, 65535)), unclaimed("port", name)),
    startTimeoutSeconds: problems.check("startTimeoutSeconds", args.startTimeoutSeconds ?? 300, wholeNumber(1, 3600)),
    authEnabled: problems.check("authEnabled", args.authEnabled ?? false, rules.flag),
    ...checkKeys(problems, args, keyed),
    environmentVariables: checkVariables(problems, args.environmentVariables),
    tags: problems.check("tags", args.tags, rules.stringMap),
    description: problems.check("description", args.description, rules.someText),
  };
}

function checkEngine(problems: Problems, { engine = ServiceEngine.process, image, ...limits }: LocalServiceArgs) {
  if (engine === ServiceEngine.docker) {
    if (image.isLocked === false) {
      const rule = "must have a conda.lock that fits, which a container's environment is installed from";
      problems.add("image", rule, undefined, "npm run lock makes it");
    }
    if (image.enableGpu === true) {
      const rule = "must be without 'enableGpu' for the engine 'docker', which gives a container no GPU";
      problems.add("image", rule, undefined, "set 'engine' to 'process'");
    }
  } else if (!isLater(engine)) {
    for (const limit of ["cpuCores", "memoryInGb"] as const) {
      if (limits[limit] !== undefined) {
        problems.add(limit, "must come with the engine 'docker'", undefined, "set it or leave this out");
      }
    }
  }
  return {
    engine: problems.check("engine", engine, oneOf(Object.values(ServiceEngine))),
    cpuCores: problems.check("cpuCores", limits.cpuCores, numberInTenths(0.1, 256)),
    memoryInGb: problems.check("memoryInGb", limits.memoryInGb, numberInTenths(0.1, 4096)),
  };
}

/** A rule that the first service of a program to have the value keeps. */
function unclaimed<T extends string | number>(kind: "service" | "port", holder: string): Rule<T> {
  let other: string | undefined;
  return {
    must: `must be the ${kind === "port" ? "port" : "name"} of one service only`,
    holds: (value) => (other = claim(kind, value, holder)) === undefined,
    remedy: () => `'${other ?? ""}' has it: choose another${kind === "port" ? ", or leave it out" : ""}`,
  };
}
