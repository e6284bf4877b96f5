import { localTokens } from "../components/internal/local-contract";

/** A resource as a preview tells of it. */
export interface PlannedResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** URNs of a service, its image and the models in that, each with the component that holds it; none without such a service. */
export function chainOf(resources: readonly PlannedResource[], serviceName: string): string[] {
  const pick = (token: string, key: string, value: unknown): PlannedResource[] =>
    resources.filter(({ type, inputs }) => type === token && inputs[key] === value);
  const services = pick(localTokens.service, "serviceName", serviceName);
  const images = services.flatMap(({ inputs }) => pick(localTokens.image, "identity", inputs["imageIdentity"]));
  const names = images.flatMap(({ inputs }) => (inputs["models"] ?? []) as { readonly modelName: string }[]);
  const models = names.flatMap(({ modelName }) => pick(localTokens.model, "modelName", modelName));
  const chain = [...models, ...images, ...services];
  return [...new Set(chain.flatMap(({ urn, parent }) => (parent ? [parent, urn] : [urn])))];
}
