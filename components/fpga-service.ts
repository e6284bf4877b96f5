import * as pulumi from "@pulumi/pulumi";
import { recordedService, serveInCluster, warnOfService } from "./aks-service/serve";
import { type CheckedFpga, checkFpgaService } from "./fpga/checks";
import { makeNodes } from "./fpga/nodes";
import { dollarsPerHour } from "./fpga/machines";
import type { Accelerator, FpgaServiceArgs } from "./fpga-options";
import { Problems } from "./internal/validate";
import type { ScoringService } from "./scoring-service";

/**
 * An image that answers in a Kubernetes cluster with an accelerator to each replica: an NVIDIA GPU, or, until Azure stops its FPGA
 * machines on 2027-05-31, an FPGA. One word moves it from one to the other: the new nodes come first, then the service moves, then the
 * old nodes go. Callers see no difference. What was never tried on FPGAs, and what leads away from them, is in docs/fpga.md.
 */
export class FpgaService extends pulumi.ComponentResource implements ScoringService {
  /** What it calculates with. */
  readonly accelerator: pulumi.Output<Accelerator>;
  readonly scoringUri: pulumi.Output<string>;
  readonly swaggerUri: pulumi.Output<string>;
  readonly healthUri: pulumi.Output<string>;
  /** Answers which service, image and models answer; asks for no key. */
  readonly versionUri: pulumi.Output<string>;
  readonly primaryKey: pulumi.Output<string | undefined>;
  readonly secondaryKey: pulumi.Output<string | undefined>;
  readonly imageIdentity: pulumi.Output<string>;
  /** `name:version` of each model in the image; empty where the image does not tell. */
  readonly modelIds: pulumi.Output<string[]>;
  /** Host that a DNS record for `hostname` leads to: of the service's own Gateway or load balancer; empty without. */
  readonly addressHost: pulumi.Output<string>;
  /** `host:port` for a gRPC channel, with TLS where `scoringUri` has it; undefined without `grpc`. */
  readonly grpcUri: pulumi.Output<string | undefined>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: FpgaServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:FpgaService", name, recorded(args), opts);
    const problems = new Problems(this);
    const checked = checkFpgaService(problems, name, args, new Date());
    problems.throwIfAny();
    tell(this, checked);

    const { host } = args;
    const nodes = makeNodes(name, checked, host.provider, { parent: this });
    const ready = [...(host.ready ?? []), ...nodes];
    const service = serveInCluster(this, name, { ...host, ready }, checked.service);
    this.accelerator = pulumi.output(checked.accelerator);
    this.scoringUri = service.scoringUri;
    this.swaggerUri = service.swaggerUri;
    this.healthUri = service.healthUri;
    this.versionUri = service.versionUri;
    this.primaryKey = service.primaryKey;
    this.secondaryKey = service.secondaryKey;
    this.imageIdentity = service.imageIdentity;
    this.modelIds = service.modelIds;
    this.addressHost = service.addressHost;
    this.grpcUri = service.grpcUri;
    this.registerOutputs({
      accelerator: this.accelerator,
      scoringUri: this.scoringUri,
      swaggerUri: this.swaggerUri,
      healthUri: this.healthUri,
      versionUri: this.versionUri,
      primaryKey: this.primaryKey,
      secondaryKey: this.secondaryKey,
      imageIdentity: this.imageIdentity,
      modelIds: this.modelIds,
      addressHost: this.addressHost,
      grpcUri: this.grpcUri,
    });
  }
}

/** Says in every preview what is calculated with and what it costs, and what to be warned of. */
function tell(component: pulumi.Resource, checked: CheckedFpga): void {
  warnOfService(component, checked.service);
  for (const warning of checked.warnings.filter((text) => text !== undefined)) {
    void pulumi.log.warn(warning, component);
  }
  const { accelerator, own, machine } = checked;
  if (own) {
    const { minCount, maxCount } = own.pool.autoscale;
    const price = dollarsPerHour[machine.vmSize];
    const cost = price === undefined ? "" : `, about ${price} dollars an hour each (docs/costs.md)`;
    const count = minCount === maxCount ? String(minCount) : `${minCount} to ${maxCount}`;
    const text = `${accelerator}: ${count} nodes of ${machine.vmSize}${cost}, billed while they are there`;
    void pulumi.log.info(text, component);
  }
}

/** What stands in the state of the arguments; the images are the objects'. */
function recorded({ fpga, gpu, ...args }: FpgaServiceArgs): pulumi.Inputs {
  return {
    ...recordedService(args),
    fpga: fpga && { ...fpga, image: undefined },
    gpu: gpu && { ...gpu, image: undefined },
  };
}
