/** What a cluster adds to an object, under mocks; undefined for what is none. Gateways and load balancers have these addresses. */
export function kubernetesObject(type: string): Record<string, unknown> | undefined {
  if (type === "kubernetes:gateway.networking.k8s.io/v1:Gateway") {
    return { status: { addresses: [{ type: "IPAddress", value: "203.0.113.10" }] } };
  }
  if (type === "kubernetes:core/v1:Service") {
    return { status: { loadBalancer: { ingress: [{ ip: "203.0.113.20" }] } } };
  }
  return type.startsWith("kubernetes:") || type === "pulumi:providers:kubernetes" ? {} : undefined;
}
