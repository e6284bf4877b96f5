import * as containerregistry from "@pulumi/azure-native/containerregistry";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeRegistryCredential } from "../render/edge-manifest";

/** What a token lets read, and for how long. */
export interface TokenParts {
  readonly registryName: pulumi.Input<string>;
  readonly registryServer: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** 5 to 50 letters, digits and dashes. */
  readonly tokenName: string;
  /** Names of repositories. */
  readonly repositories: pulumi.Input<readonly string[]>;
  readonly expiryDays: number;
  /** Text that has another password made when it changes. */
  readonly rotation: string;
  readonly description: string;
}

const day = 86_400_000;
const warnDays = 30;

/**
 * A token that reads some repositories and nothing else, with a password that expires. A rotation makes a password in the slot that is
 * not in use: what devices were told before stays valid until it expires.
 */
export function registryToken(
  name: string,
  parts: TokenParts,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<EdgeRegistryCredential> {
  const { registryName, resourceGroupName, tokenName, repositories, description } = parts;
  const place = { registryName, resourceGroupName };
  const actions = pulumi
    .output(repositories)
    .apply((names) => [...new Set(names)].sort().flatMap((one) => ["content/read", "metadata/read"].map(read(one))));
  const scopeMap = new containerregistry.ScopeMap(
    `${name}-scope`,
    { ...place, scopeMapName: tokenName, actions, description },
    options,
  );
  const token = new containerregistry.Token(
    name,
    { ...place, tokenName, scopeMapId: scopeMap.id, status: "enabled" },
    options,
  );
  const made = password(`${name}-password`, token, parts, options);
  return pulumi.secret(
    pulumi
      .all([made, token.name, parts.registryServer])
      .apply(([told, username, address]) => ({ address, username, password: told })),
  );
}

/** Days until a password expires, when there are few enough to say so; below zero once it has expired. */
export function daysLeft(expiresOn: string, now: Date): number | undefined {
  const left = (Date.parse(expiresOn) - now.getTime()) / day;
  return left <= warnDays ? Math.floor(left) : undefined;
}

function read(repository: string): (what: string) => string {
  return (what) => `repositories/${repository}/${what}`;
}

function password(
  name: string,
  token: containerregistry.Token,
  { registryName, expiryDays, rotation }: TokenParts,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const script = `node components/azure/registry-token.cjs --rotation ${rotation}`;
  const command = new local.Command(
    name,
    {
      create: script,
      // A change keeps the resource, and the script learns from its last output which slot is in use: 'triggers' would make it anew.
      update: script,
      environment: { ACR_NAME: registryName, ACR_TOKEN: token.name, ACR_EXPIRY_DAYS: String(expiryDays) },
      addPreviousOutputInEnv: true,
      logging: local.Logging.None,
    },
    pulumi.mergeOptions(options, { additionalSecretOutputs: ["stdout", "stderr"], dependsOn: [token] }),
  );
  return command.stdout.apply((text) => {
    const told = JSON.parse(text) as { password: string; expiresOn: string };
    warnOfExpiry(told.expiresOn, command);
    return told.password;
  });
}

function warnOfExpiry(expiresOn: string, command: pulumi.Resource): void {
  const days = daysLeft(expiresOn, new Date());
  if (days !== undefined) {
    const when = days < 0 ? "has expired" : `expires in ${days} days, on ${expiresOn.slice(0, 10)}`;
    const text = `the password that devices pull images with ${when}: change 'registryToken.rotation' and bring the stack up`;
    void pulumi.log.warn(text, command);
  }
}
