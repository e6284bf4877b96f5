import * as pulumi from "@pulumi/pulumi";
import type { AciServiceArgs } from "../aci-options";
import { reportingVariables, settingsOf } from "../container/environment";
import { byCodeUnits } from "../internal/canonical-json";
import { keyDigests } from "../internal/server-environment";
import { renderCaddyfile } from "../render/caddyfile";
import { type ContainerGroupParts, keysPath, type TlsParts, type Variable } from "../render/container-group";
import { isPlainMap, type Variables } from "../serving";
import type { CheckedAci } from "./checks";

/** What a service's container group is made of; the keys are those that it accepts. */
export function containerGroupParts(
  args: AciServiceArgs,
  checked: CheckedAci,
  keys: readonly pulumi.Input<string>[],
): ContainerGroupParts {
  const { host } = args;
  const digests = keys.length === 0 ? undefined : pulumi.all([...keys]).apply((all) => JSON.stringify(keyDigests(all)));
  return {
    ...checked,
    resourceGroupName: host.resourceGroupName,
    serviceName: checked.serving.serviceName,
    image: checked.image.ref,
    command: commandFor(args),
    environment: environmentOf(args, checked),
    keysFile: digests && pulumi.secret(base64(digests)),
    liveness: checked.livenessProbe,
    readiness: checked.readinessProbe,
    tls: tlsParts(checked),
    registryServer: host.registryServer,
    identityId: host.identityId,
    moreIdentityIds: checked.identityIds,
    logs: checked.logs && {
      workspaceId: checked.logs.workspaceId,
      workspaceKey: pulumi.secret(checked.logs.workspaceKey),
    },
    tags: tagsOf(checked),
  };
}

/** The image's own command serves on 5001. */
function commandFor({ port = 5001 }: AciServiceArgs): pulumi.Input<string>[] | undefined {
  const server = 'exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port';
  return port === 5001 ? undefined : ["/bin/sh", "-c", pulumi.interpolate`${server} ${port}`];
}

/** Environment variables by name. */
type Named = Readonly<Record<string, pulumi.Input<Variable>>>;

/** Each variable is a value of its own, so that what is secret hides no other, in their order by name. */
function environmentOf(args: AciServiceArgs, checked: CheckedAci): pulumi.Output<pulumi.Input<Variable>[]> {
  const { environmentVariables = {}, insights } = checked;
  const reporting = insights === undefined ? {} : variables(reportingVariables(insights, checked));
  const theirs = isPlainMap(environmentVariables) ? variables(environmentVariables) : undefined;
  const later = theirs ? {} : environmentVariables;
  const settings = settingsOf({ ...args.image, ...checked.image }, checked.serving);
  return pulumi.all([settings, later, pulumi.isSecret(pulumi.output(later))]).apply(([told, known, isSecret]) => {
    const all: Named = {
      // By it the Azure SDK picks the identity to ask for tokens.
      AZURE_CLIENT_ID: { name: "AZURE_CLIENT_ID", value: args.host.identityClientId },
      ...variables(told),
      ...(checked.keyed ? variables({ SCORESTACK_KEYS_FILE: keysPath }) : {}),
      ...reporting,
      ...(theirs ?? variables(known, isSecret)),
    };
    return Object.keys(all)
      .sort(byCodeUnits)
      .flatMap((name) => all[name] ?? []);
  });
}

/** A secret value is one that Azure shows to nobody. */
function variables(values: Readonly<Record<string, pulumi.Input<string>>>, areSecret = false): Named {
  const entries = Object.entries(values).map(([name, value]) => {
    if (typeof value === "string") {
      return [name, areSecret ? { name, secureValue: value } : { name, value }];
    }
    const later = pulumi.output(value);
    const entry = pulumi
      .all([later, pulumi.isSecret(later)])
      .apply(([text, isSecret]) => (isSecret ? { name, secureValue: text } : { name, value: text }));
    return [name, entry];
  });
  return Object.fromEntries(entries) as Named;
}

/** Name that callers of a service with TLS use; Azure's own is known where no hash is in it. */
export function domainOf({ tls, dnsNameLabel, location }: CheckedAci): pulumi.Output<string> {
  return tls?.cname === undefined
    ? pulumi.interpolate`${dnsNameLabel}.${location}.azurecontainer.io`
    : pulumi.output(tls.cname);
}

function tlsParts(checked: CheckedAci): TlsParts | undefined {
  const { tls, port } = checked;
  if (tls === undefined) {
    return undefined;
  }
  const { image, email, acmeServer, own, store } = tls;
  const caddyfile = pulumi.output({ domain: domainOf(checked), port, email, acmeServer }).apply(renderCaddyfile);
  return {
    image,
    caddyfile: base64(caddyfile),
    own: own && { certificate: base64(own.certificate), key: pulumi.secret(base64(own.key)) },
    store: store && { ...store, storageAccountKey: pulumi.secret(store.storageAccountKey) },
  };
}

function tagsOf({ hostTags, tags = {}, description }: CheckedAci): Variables {
  const described: Record<string, pulumi.Input<string>> = description === undefined ? {} : { description };
  return isPlainMap(tags)
    ? { ...hostTags, ...tags, ...described }
    : pulumi.output(tags).apply((known) => ({ ...hostTags, ...known, ...described }));
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((known) => Buffer.from(known).toString("base64"));
}
