import * as pulumi from "@pulumi/pulumi";
import { checkAksService } from "./aks-service/checks";
import { recordedService, serveInCluster, warnOfService } from "./aks-service/serve";
import type { AksServiceArgs } from "./aks-service-options";
import { Problems } from "./internal/validate";
import type { ScoringService } from "./scoring-service";

/**
 * An image that answers in a Kubernetes cluster: as many replicas as the load wants, with no pause when they change. A key is asked for
 * unless `authEnabled` is false. Each update is proven: every version must answer as its image, and its sample requests as they say.
 *
 * A new release takes over replica by replica, each only when it is ready; a failed one leaves the last at work, and the update fails.
 * Several versions share an address by per cent, and a `rollout` moves requests from one to the other in steps.
 */
export class AksService extends pulumi.ComponentResource implements ScoringService {
  readonly scoringUri: pulumi.Output<string>;
  readonly swaggerUri: pulumi.Output<string>;
  readonly healthUri: pulumi.Output<string>;
  /** Answers which service, image and models answer; asks for no key. */
  readonly versionUri: pulumi.Output<string>;
  readonly primaryKey: pulumi.Output<string | undefined>;
  readonly secondaryKey: pulumi.Output<string | undefined>;
  /** Identity of the default version's image. */
  readonly imageIdentity: pulumi.Output<string>;
  /** `name:version` of each model in that image; empty where the image does not tell. */
  readonly modelIds: pulumi.Output<string[]>;
  /** Per cent of the requests that each version answers. */
  readonly traffic: pulumi.Output<Record<string, number>>;
  /** Host that a DNS record for `hostname` leads to: of the service's own Gateway or load balancer; empty without. */
  readonly addressHost: pulumi.Output<string>;
  /** `host:port` for a gRPC channel, with TLS where `scoringUri` has it; undefined without `grpc`. */
  readonly grpcUri: pulumi.Output<string | undefined>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: AksServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:AksService", name, recordedService(args), opts);
    const problems = new Problems(this);
    const checked = checkAksService(problems, name, args);
    problems.throwIfAny();
    warnOfService(this, checked);

    const service = serveInCluster(this, name, args.host, checked);
    this.scoringUri = service.scoringUri;
    this.swaggerUri = service.swaggerUri;
    this.healthUri = service.healthUri;
    this.versionUri = service.versionUri;
    this.primaryKey = service.primaryKey;
    this.secondaryKey = service.secondaryKey;
    this.imageIdentity = service.imageIdentity;
    this.modelIds = service.modelIds;
    this.traffic = pulumi.output(
      Object.fromEntries(checked.versions.map(({ name: version, trafficPercent }) => [version, trafficPercent])),
    );
    this.addressHost = service.addressHost;
    this.grpcUri = service.grpcUri;
    this.registerOutputs({
      scoringUri: this.scoringUri,
      swaggerUri: this.swaggerUri,
      healthUri: this.healthUri,
      versionUri: this.versionUri,
      primaryKey: this.primaryKey,
      secondaryKey: this.secondaryKey,
      imageIdentity: this.imageIdentity,
      modelIds: this.modelIds,
      traffic: this.traffic,
      addressHost: this.addressHost,
      grpcUri: this.grpcUri,
    });
  }
}
