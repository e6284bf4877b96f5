import type { KubernetesHost } from "../../components";

/**
 * A cluster with plain values, of which tests know each: it has KEDA, and Gateways of the class `approuting-istio`. The provider is the
 * default one: one of its own would be one more resource of each program.
 */
export const clusterHost: KubernetesHost = {
  provider: undefined as unknown as KubernetesHost["provider"],
  scaler: "keda",
  gateway: { className: "approuting-istio" },
};
