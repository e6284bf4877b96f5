import type { EdgeModuleDeploymentArgs } from "../../components";
import { aksHost } from "./aks-host";
import { containerImage } from "./aci-host";

/** Where a deployment to devices is made, with plain values. */
export const edgeHost = aksHost;

/** The fewest arguments. */
export const edgeArgs: EdgeModuleDeploymentArgs = { host: edgeHost, modules: { churn: { image: containerImage } } };
