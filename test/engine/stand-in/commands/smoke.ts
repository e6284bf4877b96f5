import type { Value, Values } from "../../../../provider/rpc/values";
import type { Cloud, CloudResource } from "../cloud";
import { clusterOf, isAt as isAtObject, kindOf } from "../kubernetes-status";
import { type ImageName, parseImage } from "../registry";
import { listOf, recordOf, textOf } from "../values";
import { type CommandCall, CommandFailure, option, required } from "./row";

/**
 * `npm run smoke`: what the stand-in runs at an address answers as the image that it has, which the registry's tag names. That is a
 * container group, or what a gateway's route or a load balancer leads to in a cluster; any other host is silent.
 */
export function smoke({ words, cloud }: CommandCall): string {
  const given = required(words, "--url");
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url) {
    throw new CommandFailure(`'--url' must be an address, got '${given}'`);
  }
  const host = option(words, "--connect") ?? url.hostname;
  const identity = required(words, "--identity");
  const containers = containersAt(cloud, host, option(words, "--header")?.split(": ")[1]);
  if (!containers) {
    throw new CommandFailure(`${url.href} does not answer: nothing that the stand-in runs has that address`);
  }
  const images = containers.map((container) => parseImage(textOf(recordOf(container).image)));
  const tags = images.flatMap((image) => tagsOf(cloud, image));
  if (tags.length > 0 && !tags.some((tag) => identity.startsWith(tag))) {
    throw new CommandFailure(`${url.href} answers as image ${tags.join(", ")}, not ${identity.slice(0, 12)}`);
  }
  return `${url.href} answers as image ${identity.slice(0, 12)} (the stand-in runs nothing: no sample request was sent)\n`;
}

function containersAt(cloud: Cloud, host: string, version: string | undefined): Value[] | undefined {
  const group = cloud.resources.find((resource) => isGroupAt(resource, host));
  if (group) {
    return listOf(group.inputs.containers);
  }
  const object = cloud.resources.find((resource) => isAtObject(resource, host));
  if (!object) {
    return undefined;
  }
  const services = kindOf(object.token) === "Gateway" ? backendsOf(cloud, object, version) : [object];
  return services.flatMap((service) => podsOf(cloud, service));
}

function isGroupAt({ token, inputs, attached }: CloudResource, host: string): boolean {
  const { dnsNameLabel, type } = recordOf(inputs.ipAddress);
  const isPrivate = type === "Private" && /^10\./.test(host);
  const isNamed = dnsNameLabel !== undefined && host.startsWith(`${textOf(dnsNameLabel)}.`);
  return token.endsWith(":containerinstance:ContainerGroup") && attached !== true && (isPrivate || isNamed);
}

/** Services that the routes of a gateway lead to: those of the rule for a version, or of the last, which is for everyone. */
function backendsOf(cloud: Cloud, gateway: CloudResource, version: string | undefined): CloudResource[] {
  const { name, namespace } = recordOf(gateway.inputs.metadata);
  const routes = cloud.resources.filter(
    ({ id, token, inputs }) =>
      kindOf(token) === "HTTPRoute" &&
      clusterOf(id) === clusterOf(gateway.id) &&
      listOf(recordOf(inputs.spec).parentRefs)
        .map(recordOf)
        .some(
          (parent) => parent.name === name && (parent.namespace ?? recordOf(inputs.metadata).namespace) === namespace,
        ),
  );
  return routes.flatMap((route) => {
    const rules = listOf(recordOf(route.inputs.spec).rules).map(recordOf);
    const rule = rules.find((one) => version !== undefined && isFor(one, version)) ?? rules.at(-1) ?? {};
    const names = listOf(rule.backendRefs).map((backend) => textOf(recordOf(backend).name));
    return objectsBeside(cloud, route, "Service").filter((service) =>
      names.includes(textOf(recordOf(service.inputs.metadata).name)),
    );
  });
}

function isFor(rule: Values, version: string): boolean {
  return listOf(rule.matches)
    .flatMap((match) => listOf(recordOf(match).headers))
    .some((header) => recordOf(header).value === version);
}

/** Containers of the pods that a service selects. */
function podsOf(cloud: Cloud, service: CloudResource): Value[] {
  const selector = Object.entries(recordOf(recordOf(service.inputs.spec).selector));
  return objectsBeside(cloud, service, "Deployment")
    .map(({ inputs }) => recordOf(recordOf(inputs.spec).template))
    .filter(({ metadata }) => {
      const labels = recordOf(recordOf(metadata).labels);
      return selector.every(([key, value]) => labels[key] === value);
    })
    .flatMap(({ spec }) => listOf(recordOf(spec).containers));
}

/** Objects of a kind in the cluster and namespace of another. */
function objectsBeside(cloud: Cloud, { id: other, inputs: known }: CloudResource, kind: string): CloudResource[] {
  const { namespace } = recordOf(known.metadata);
  return cloud.resources.filter(
    ({ id, token, inputs }) =>
      kindOf(token) === kind && clusterOf(id) === clusterOf(other) && recordOf(inputs.metadata).namespace === namespace,
  );
}

/** Tags under which an image was pushed. */
function tagsOf(cloud: Cloud, { repository, tag, digest }: ImageName): string[] {
  const pushed = Object.entries(cloud.state.images[repository] ?? {});
  return pushed
    .filter(([name, found]) => (digest === undefined ? name === tag : found === digest))
    .map(([name]) => name);
}
