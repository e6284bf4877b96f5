import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import { type KubeLogin, withLogin } from "../internal/kubeconfig";
import { refusedKubeconfig, settled } from "../internal/settled";
import type { Cluster, Options } from "./managed-cluster";

/** How the cluster is logged in to. */
export interface Login {
  /** `admin`: by a certificate that is good for everything. */
  readonly as: "user" | "admin";
  /** How kubelogin gets a token, where Azure's answer has it log in. */
  readonly kubeLogin: KubeLogin;
}

/** The kubeconfig, secret. Azure answers it in Base64, and does not mark it as secret. */
export function kubeconfigOf(cluster: Cluster, { as, kubeLogin }: Login, options: Options): pulumi.Output<string> {
  const where = { resourceGroupName: cluster.resourceGroupName, resourceName: cluster.name };
  const invoke = { parent: options.parent, ...(cluster.made ? { dependsOn: [cluster.made.resource] } : {}) };
  const answer =
    as === "admin"
      ? containerservice.listManagedClusterAdminCredentialsOutput(where, invoke)
      : containerservice.listManagedClusterUserCredentialsOutput({ ...where, format: "exec" }, invoke);
  return pulumi.secret(
    answer.apply(({ kubeconfigs }) =>
      withLogin(Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString("utf8"), kubeLogin),
    ),
  );
}

/** What a provider is made with. A cluster of the user's may turn out not to be there, or not to be what was said of it. */
export function providerArgs(cluster: Cluster, kubeconfig: pulumi.Output<string>) {
  return cluster.made
    ? { kubeconfig, clusterIdentifier: cluster.id }
    : {
        kubeconfig: pulumi.secret(settled(kubeconfig, refusedKubeconfig)),
        clusterIdentifier: settled(cluster.id, "refused"),
      };
}
