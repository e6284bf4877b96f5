import * as pulumi from "@pulumi/pulumi";
import { code, environment } from "./batch/assets";
import type { Nodes } from "./batch/check-nodes";
import { type CheckedPool, checkBatchPool } from "./batch/checks";
import * as endpoints from "./batch/endpoint";
import { type Cluster, makeCluster, nodeIdentity } from "./batch/nodes";
import type { Options } from "./batch/place";
import type { BatchScoringPoolArgs } from "./batch-scoring-pool-options";
import { Problems } from "./internal/validate";

/** A cluster, with the nodes that a job takes of it. */
type NodeCluster = Cluster & { readonly instanceCount: number };

/**
 * An image that scores files on Azure ML Compute: nodes that come with a job and go after it, dedicated or of low priority, and an
 * endpoint that starts jobs. Nobody calls it without a login in Entra.
 *
 * Another image, model or size makes a new deployment (and new nodes) beside the old one; the endpoint's default is switched when
 * the new one stands, and the old one goes last.
 */
export class BatchScoringPool extends pulumi.ComponentResource {
  /** Address that starts jobs: `POST`, with a token of Entra. */
  readonly scoringUri: pulumi.Output<string>;
  readonly endpointName: pulumi.Output<string>;
  /** Names of the deployments, the default one first; the one of dedicated nodes last. */
  readonly deploymentNames: pulumi.Output<string[]>;
  /** The deployment that works where callers name none. */
  readonly defaultDeployment: pulumi.Output<string>;
  /** Names of the clusters, in the order of their deployments. */
  readonly computeNames: pulumi.Output<string[]>;
  /** Id of the environment's version. */
  readonly environmentId: pulumi.Output<string>;
  /** Identity of the image that scores. */
  readonly imageIdentity: pulumi.Output<string>;

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: BatchScoringPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:BatchScoringPool", name, recorded(args), opts);
    const problems = new Problems(this);
    const plan = checkBatchPool(problems, name, args, new Date());
    problems.throwIfAny();
    plan.warnings.forEach((text) => void pulumi.log.warn(text, this));

    const children = { parent: this };
    const clusters = makeClusters(name, args, plan, children);
    const ran = {
      environment: environment(`${name}-environment`, args, plan, children),
      code: code(`${name}-code`, args, children),
    };
    const endpoint = endpoints.makeEndpoint(name, args, plan, Object.values(clusters), children);
    const deploy = (stem: string, cluster: NodeCluster): endpoints.Deployed =>
      endpoints.makeDeployment(`${stem}-deployment`, args, plan, endpoint, { ...ran, cluster, stem }, children);
    const pool = deploy(name, clusters.pool);
    const topUp = clusters.topUp && deploy(`${name}-top-up`, clusters.topUp);
    const standard = endpoints.switchDefault(`${name}-default`, args, plan, endpoint, pool, children);
    const ready = [standard.done, ...(topUp ? [topUp.made] : [])];
    endpoints.makeSchedules(name, args, plan, endpoint, { topUp, ready }, children);

    this.scoringUri = endpoint.made.properties.apply(({ scoringUri }) => scoringUri);
    this.endpointName = endpoint.name;
    this.defaultDeployment = standard.name;
    this.deploymentNames = pulumi.all([pool.name, ...(topUp ? [topUp.name] : [])]);
    this.computeNames = pulumi.all([clusters.pool.name, ...(clusters.topUp ? [clusters.topUp.name] : [])]);
    this.environmentId = ran.environment.id;
    this.imageIdentity = pulumi.output(plan.image.identity);
    this.registerOutputs({
      scoringUri: this.scoringUri,
      endpointName: this.endpointName,
      deploymentNames: this.deploymentNames,
      defaultDeployment: this.defaultDeployment,
      computeNames: this.computeNames,
      environmentId: this.environmentId,
      imageIdentity: this.imageIdentity,
    });
  }
}

/** What stands in the state of the arguments: no workspace, no image and no model, which the parts have. */
function recorded({
  workspace: _workspace,
  image: _image,
  model: _model,
  ...args
}: BatchScoringPoolArgs): pulumi.Inputs {
  return { ...args };
}

function makeClusters(
  name: string,
  args: BatchScoringPoolArgs,
  plan: CheckedPool,
  children: Options,
): { readonly pool: NodeCluster; readonly topUp?: NodeCluster } {
  if (plan.made === undefined) {
    const { name: own, instanceCount } = plan.existing;
    return { pool: { name: pulumi.output(own), ready: [], instanceCount } };
  }
  const { made, tags } = plan;
  const identity = nodeIdentity(name, args, made, tags, children);
  const make = (stem: string, nodes: Nodes): NodeCluster => ({
    ...makeCluster(`${stem}-compute`, stem, args, nodes, made, identity, tags, children),
    instanceCount: nodes.instanceCount,
  });
  const pool = make(name, made.pool);
  return made.topUp ? { pool, topUp: make(`${name}-top-up`, made.topUp) } : { pool };
}
