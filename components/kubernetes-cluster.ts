import { Secret } from "@pulumi/kubernetes/core/v1";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { objectName } from "./internal/aks-rules";
import { kubeconfigText, withContext } from "./internal/kubeconfig";
import { oneOf, shown } from "./internal/problems";
import { someText } from "./internal/rules";
import { refusedKubeconfig, settled } from "./internal/settled";
import { isLater, Problems } from "./internal/validate";
import {
  type ClusterRegistry,
  type KubernetesGateway,
  type KubernetesHost,
  type NodeSize,
  ReplicaScaler,
} from "./kubernetes-host";
import { secretly } from "./serving";

/** Who may pull from a registry, with a name and a password. */
export interface RegistryLoginArgs {
  /** Host of the registry, such as `ghcr.io`. */
  readonly server: pulumi.Input<string>;
  /** Name. @default - anyone may pull, or the nodes may */
  readonly username?: pulumi.Input<string>;
  /** Password or token. Kept as a secret. @default - anyone may pull, or the nodes may */
  readonly password?: pulumi.Input<string>;
  /** Namespace of the services that pull, which has to be there. @default "default" */
  readonly namespace?: string;
}

/** Arguments of {@link KubernetesCluster}. */
export interface KubernetesClusterArgs {
  /** The text of a kubeconfig. Kept as a secret. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Which of its contexts is meant. @default - its current one */
  readonly context?: string;
  /** What can scale services there: KEDA, Kubernetes' own autoscaler by CPU, or nothing. @default "none" */
  readonly scaler?: ReplicaScaler;
  /** Namespace that KEDA runs in, which services then let ask their pods. @default "keda" */
  readonly scalerNamespace?: string;
  /** Its controller of the Gateway API. @default - none */
  readonly gateway?: KubernetesGateway;
  /** Where images are pulled from. @default - from where anyone may */
  readonly registry?: RegistryLoginArgs;
  /** Its nodes, for a check of what services ask for. @default - not known, nothing is checked */
  readonly nodeSizes?: readonly NodeSize[];
}

/** Any Kubernetes cluster that there is, by its kubeconfig: services run in it, and nothing of the cluster itself is changed. */
export class KubernetesCluster extends pulumi.ComponentResource implements KubernetesHost {
  /** How to reach it. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Makes objects in the cluster. */
  readonly provider: Provider;
  readonly scaler: ReplicaScaler;
  readonly scalerNamespace: string;
  readonly gateway: KubernetesGateway | undefined;
  readonly registry: ClusterRegistry | undefined;
  readonly nodeSizes: readonly NodeSize[] | undefined;
  /** The Secret that images are pulled with. */
  readonly ready: readonly pulumi.Resource[];

  /** @throws pulumi.ResourceError with everything that is wrong with the arguments, one problem a line. */
  constructor(name: string, args: KubernetesClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scorestack:index:KubernetesCluster", name, recorded(args), opts);
    const problems = new Problems(this);
    const { kubeconfig, registry } = checkKubernetesCluster(problems, args);
    problems.throwIfAny();

    this.kubeconfig = pulumi.secret(kubeconfig);
    const reached = pulumi.secret(settled(this.kubeconfig, refusedKubeconfig));
    this.provider = new Provider(`${name}-kubernetes`, { kubeconfig: reached }, { parent: this });
    const { scaler, scalerNamespace, gateway, nodeSizes } = knownOf(args);
    this.scaler = scaler;
    this.scalerNamespace = scalerNamespace;
    this.gateway = gateway;
    this.nodeSizes = nodeSizes;
    const secret = registry && this.pullSecret(`${name}-pull`, registry);
    this.registry = registry && {
      server: registry.server,
      ...(secret ? { pullSecretName: pullSecretName(name) } : {}),
    };
    this.ready = secret ? [secret] : [];
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  private pullSecret(name: string, { server, username, password, namespace = "default" }: RegistryLoginArgs) {
    if (username === undefined || password === undefined) {
      return undefined;
    }
    const login = pulumi.all([server, username, password]).apply(([host, user, word]) => {
      const auth = Buffer.from(`${user}:${word}`).toString("base64");
      return JSON.stringify({ auths: { [host]: { username: user, password: word, auth } } });
    });
    return new Secret(
      name,
      {
        metadata: { name, namespace },
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": pulumi.secret(login) },
      },
      { parent: this, provider: this.provider, additionalSecretOutputs: ["stringData", "data"] },
    );
  }
}

function pullSecretName(name: string): string {
  return `${name}-pull`;
}

function recorded({ kubeconfig, registry, ...args }: KubernetesClusterArgs): pulumi.Inputs {
  return {
    ...args,
    kubeconfig: secretly(kubeconfig),
    registry: registry && { ...registry, password: secretly(registry.password) },
  };
}

/** What is known of a cluster before it is reached: its services can be checked against it. */
export function knownOf(args: KubernetesClusterArgs) {
  const { scaler = ReplicaScaler.none, scalerNamespace = "keda", gateway, nodeSizes } = args;
  return { scaler, scalerNamespace, gateway, nodeSizes };
}

/** Checks the arguments of a `KubernetesCluster`; returns what it reaches the cluster and the registry with. */
export function checkKubernetesCluster(problems: Problems, args: KubernetesClusterArgs) {
  return { kubeconfig: checkKubeconfig(problems, args), registry: checkRest(problems, args) };
}

function checkKubeconfig(problems: Problems, { kubeconfig, context }: KubernetesClusterArgs): pulumi.Input<string> {
  const text = problems.check("kubeconfig", kubeconfig, kubeconfigText);
  if (context === undefined) {
    return text;
  }
  const rule = { must: "must be a context of 'kubeconfig'", holds: () => false, show: () => shown(context) };
  if (!isLater(text)) {
    const found = kubeconfigText.holds(text as string) ? withContext(text as string, context) : (text as string);
    problems.plain("context", found === undefined ? context : undefined, rule);
    return found ?? text;
  }
  return pulumi.output(text).apply((known) => {
    const found = withContext(known, context);
    if (found === undefined) {
      throw new pulumi.RunError(`'context' ${rule.must}, got ${shown(context)}`);
    }
    return found;
  });
}

/** Checks everything else; returns the registry. */
function checkRest(
  problems: Problems,
  { scaler, gateway, registry, nodeSizes }: KubernetesClusterArgs,
): RegistryLoginArgs | undefined {
  problems.plain("scaler", scaler, oneOf(Object.values(ReplicaScaler)));
  problems.plain("gateway.className", gateway?.className, objectName);
  problems.plain("registry.namespace", registry?.namespace, objectName);
  if ((registry?.username === undefined) !== (registry?.password === undefined)) {
    const got = registry?.username === undefined ? "no 'username'" : "no 'password'";
    problems.add("registry", "must have 'username' and 'password' together", got);
  }
  nodeSizes?.forEach(({ cpuCores, memoryInGb, gpus }, index) => {
    if (!(cpuCores > 0 && memoryInGb > 0 && Number.isInteger(gpus) && gpus >= 0)) {
      const got = `${cpuCores}, ${memoryInGb} and ${gpus}`;
      const rule = "must have more than 0 'cpuCores' and 'memoryInGb', and a whole number of 'gpus'";
      problems.add(`nodeSizes[${index}]`, rule, got);
    }
  });
  return registry && { ...registry, server: problems.check("registry.server", registry.server, someText) };
}
