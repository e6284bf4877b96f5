import { Provider } from "@pulumi/kubernetes";
import { AksService, type AksServiceArgs, type ContainerImageReference } from "../../components";
import { clusterHost } from "./kubernetes-host";

/** An image by what it was built from. */
export function imageOf(letter: string): ContainerImageReference {
  return { identity: letter.repeat(64), ref: `team.azurecr.io/churn@sha256:${letter.repeat(64)}` };
}

/** A service in a cluster that is there. */
export function serviceProgram(args: Partial<AksServiceArgs>) {
  const provider = new Provider("cluster", { kubeconfig: "{}" });
  const { scoringUri, primaryKey, traffic } = new AksService("churn", {
    host: { ...clusterHost, provider },
    hostname: "churn.example.com",
    tls: { issuerName: "letsencrypt" },
    // The stand-in has no pods that could answer.
    smokeTestEnabled: false,
    ...args,
  });
  return { scoringUri, primaryKey, traffic };
}
