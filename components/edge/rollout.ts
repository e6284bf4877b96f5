import * as pulumi from "@pulumi/pulumi";
import type { EdgeModuleDeploymentArgs } from "../edge-module-options";
import type { ModulesContent } from "../internal/edge-contract";
import { EdgeConfiguration, EdgeRing } from "../internal/edge-resources";
import { manifestSize } from "../internal/edge-rules";
import type { Problems } from "../internal/validate";
import {
  type EdgeContent,
  type EdgeManifestParts,
  type EdgeRegistryCredential,
  renderBaseManifest,
  renderLayeredManifest,
} from "../render/edge-manifest";
import type { CheckedRing } from "./check-rings";
import type { CheckedEdge } from "./checks";
import { feedName } from "./feed";
import type { HubPart } from "./hub";
import { type MadeModule, registryPlace, repositoriesOf } from "./modules";
import { registryToken } from "./registry-token";

/** What each ring of a deployment has in common. */
export interface Rollout {
  readonly name: string;
  readonly args: EdgeModuleDeploymentArgs;
  readonly checked: CheckedEdge;
  readonly problems: Problems;
  readonly hub: HubPart;
  readonly modules: readonly MadeModule[];
  /** Devices that are made here. */
  readonly devices: readonly pulumi.Resource[];
  readonly parent: pulumi.Resource;
}

/** What devices have without any other deployment. */
export function deployBase(rollout: Rollout): EdgeConfiguration | undefined {
  const { checked, hub } = rollout;
  const { base, runtimeVersion, deploymentName } = checked;
  if (base === undefined) {
    return undefined;
  }
  const content = renderBaseManifest({
    modules: {},
    registryCredentials: {},
    routes: base.routes,
    runtimeVersion,
    timeToLiveSeconds: base.timeToLiveSeconds,
  });
  // Those devices alone that get something on it.
  const ring = { targetCondition: anyOf(checked.rings), priority: base.priority };
  return configure(rollout, `${rollout.name}-base`, {
    configurationName: `${deploymentName}-base`,
    content,
    isLayered: false,
    ring,
    after: [...hub.ready],
    metrics: {},
  });
}

function anyOf(rings: readonly CheckedRing[]): string {
  const conditions = [...new Set(rings.map(({ targetCondition }) => targetCondition))];
  return conditions.find((one) => one === "*") ?? conditions.map((one) => `(${one})`).join(" OR ");
}

/** Each ring's deployment, the next one only after the gate of the one before. */
export function deployRings(rollout: Rollout, base: EdgeConfiguration | undefined): Record<string, EdgeConfiguration> {
  const made: Record<string, EdgeConfiguration> = {};
  let after: pulumi.Resource[] = base ? [base] : [...rollout.hub.ready];
  for (const ring of rollout.checked.rings) {
    const { configuration, gate } = deployRing(rollout, ring, after);
    made[ring.ringName] = configuration;
    after = [gate ?? configuration];
  }
  return made;
}

function deployRing(rollout: Rollout, ring: CheckedRing, after: pulumi.Resource[]) {
  const { checked, modules, parent, name, devices, hub } = rollout;
  const child = `${name}-ring-${ring.ringName}`;
  const content: EdgeManifestParts = {
    modules: Object.assign(
      {},
      ...modules.map(({ name: own, parts, feed }) => ({ [own]: parts, ...feed })),
    ) as EdgeManifestParts["modules"],
    routes: checked.routes,
    registryCredentials: credentials(rollout, ring, `${child}-token`, after),
  };
  const configuration = configure(rollout, child, {
    configurationName: `${checked.deploymentName}-${ring.ringName}`,
    content: renderLayeredManifest(content),
    isLayered: true,
    ring,
    after,
    metrics: checked.metrics,
  });
  const gate =
    ring.gate &&
    new EdgeRing(
      `${child}-gate`,
      {
        hub: hub.hostName,
        ringName: ring.ringName,
        configurationId: configuration.configurationId,
        moduleNames: checked.modules
          .filter(({ status }) => status === "running")
          .flatMap((module) => [module.name, ...(module.feed ? [feedName(module.name)] : [])]),
        ...ring.gate,
      },
      { parent, dependsOn: [configuration, ...devices] },
    );
  return { configuration, gate };
}

interface Parts {
  readonly configurationName: string;
  readonly content: EdgeContent;
  readonly isLayered: boolean;
  readonly ring: { readonly targetCondition: string; readonly priority: number };
  readonly after: pulumi.Resource[];
  readonly metrics: Readonly<Record<string, string>>;
}

function configure({ hub, checked, problems, parent }: Rollout, name: string, parts: Parts): EdgeConfiguration {
  const { configurationName, content, isLayered, ring, after, metrics } = parts;
  const whole = pulumi.unsecret<unknown>(pulumi.output<unknown>(content)) as pulumi.Output<Record<string, object>>;
  // Too much of it stops the deployment; the content itself stays as it is, so that only what is secret in it is hidden.
  const fits = problems.check("modules", whole, manifestSize);
  return new EdgeConfiguration(
    name,
    {
      hub: hub.hostName,
      configurationName,
      modulesContent: content as unknown as ModulesContent,
      isLayered,
      targetCondition: ring.targetCondition,
      priority: ring.priority,
      labels: pulumi.all([checked.labels, fits]).apply(([labels]) => labels),
      metrics: { ...metrics },
    },
    { parent, dependsOn: after },
  );
}

/** A login of one's own, or a token for the ring alone, so that one is rotated when its ring's turn has come. */
function credentials(
  { args, checked, parent }: Rollout,
  ring: CheckedRing,
  name: string,
  after: pulumi.Resource[],
): Record<string, pulumi.Input<EdgeRegistryCredential>> {
  const { token, deploymentName, modules } = checked;
  if (token === undefined) {
    const own = Object.entries(args.registryCredentials ?? {});
    return Object.fromEntries(own.map(([key, login]) => [key, { ...login, password: pulumi.secret(login.password) }]));
  }
  const { registryId, expiryDays, rotation, moreRepositories } = token;
  const credential = registryToken(
    name,
    {
      ...registryPlace(registryId),
      registryServer: args.host.registryServer,
      tokenName: tokenName(deploymentName, ring.ringName),
      repositories: repositoriesOf(modules).apply((names) => [...names, ...moreRepositories]),
      expiryDays,
      rotation,
      description: `devices of ${deploymentName}, ring ${ring.ringName}`,
    },
    { parent, dependsOn: after },
  );
  return { [deploymentName]: credential };
}

/** 5 to 50 letters, digits and dashes. */
function tokenName(deployment: string, ring: string): string {
  const whole = `edge-${deployment}-${ring}`;
  return whole.slice(0, 50).replace(/-$/, "");
}
