import { digestOf, findImage, parseImage, pushImage } from "../registry";
import { loginServer } from "../azure/outputs/compute";
import { registryAt } from "../azure/rules/pull";
import { putPassword } from "./token-passwords";
import { begins, type CommandCall, CommandFailure, type CommandRow, option, required } from "./row";

/** The Azure CLI, as far as stacks use it. Source of each: learn.microsoft.com/cli/azure. */
export const azRows: readonly CommandRow[] = [
  { name: "az account show", matches: begins("az", "account", "show"), run: (call) => answer(call, account(call)) },
  {
    name: "az account get-access-token",
    matches: begins("az", "account", "get-access-token"),
    run: (call) =>
      answer(call, { accessToken: call.cloud.key("az-token"), tokenType: "Bearer", tenant: call.cloud.state.tenantId }),
  },
  {
    name: "az acr login",
    matches: begins("az", "acr", "login"),
    run: (call) => {
      const server = registryOf(call);
      return call.words.includes("--expose-token")
        ? answer(call, { accessToken: call.cloud.key(`${server}|token`), loginServer: server })
        : "Login Succeeded\n";
    },
  },
  {
    name: "az acr build",
    matches: begins("az", "acr", "build"),
    run: (call) => {
      const server = registryOf(call);
      const { repository, tag } = parseImage(`${server}/${required(call.words, "--image", "-t")}`);
      const digest = digestOf(`${call.cause}|${repository}`);
      pushImage(call.cloud, repository, tag, digest);
      const outputImages = [{ registry: server, repository: repository.replace(`${server}/`, ""), tag, digest }];
      return answer(call, { runId: call.cloud.stable(call.cause, 4), status: "Succeeded", outputImages });
    },
  },
  {
    name: "az acr import",
    matches: begins("az", "acr", "import"),
    run: (call) => {
      const source = required(call.words, "--source");
      const wanted = option(call.words, "--image", "-t") ?? source.split("/").slice(1).join("/");
      const { repository, tag } = parseImage(`${registryOf(call)}/${wanted}`);
      pushImage(call.cloud, repository, tag, parseImage(source).digest ?? digestOf(source));
      return "";
    },
  },
  {
    name: "az acr repository show",
    matches: begins("az", "acr", "repository", "show"),
    run: (call) => {
      const image = required(call.words, "--image", "-t");
      const name = parseImage(`${registryOf(call)}/${image}`);
      const digest = findImage(call.cloud, name);
      if (digest === undefined) {
        throw new CommandFailure(`ERROR: ${image.replace(/[:@].*$/, "")} is not found. Correlation ID: stand-in.`);
      }
      return answer(call, { digest, name: name.tag, createdTime: "2026-01-01T00:00:00Z", signed: false });
    },
  },
  {
    name: "az acr token credential generate",
    matches: begins("az", "acr", "token", "credential", "generate"),
    run: (call) => {
      const token = required(call.words, "--name", "-n");
      const registry = registryAt(call.cloud, registryOf(call, "--registry", "-r"));
      const found = registry && call.cloud.find(`${registry.id}/tokens/${token}`);
      if (!found) {
        throw new CommandFailure(`ERROR: The token '${token}' could not be found.`);
      }
      const numbers = [1, 2].filter((number) => call.words.includes(`--password${number}`));
      const passwords = (numbers.length > 0 ? numbers : [1, 2]).map((number) => {
        const value = call.cloud.key(`${found.id}|${number}|${call.cause}`);
        return putPassword(found, `password${number}`, value, call.words);
      });
      call.cloud.save();
      return answer(call, { username: token, passwords });
    },
  },
  {
    name: "az aks update",
    matches: begins("az", "aks", "update"),
    run: (call) => {
      const [name, group] = [required(call.words, "--name", "-n"), required(call.words, "--resource-group", "-g")];
      const id = `/subscriptions/${call.cloud.state.subscriptionId}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}`;
      if (!call.cloud.find(id)) {
        throw new CommandFailure(`ERROR: (ResourceNotFound) The Resource '${id}' was not found.`);
      }
      return answer(call, { id, name });
    },
  },
  {
    name: "az container logs",
    matches: begins("az", "container", "logs"),
    run: (call) => {
      const [name, group] = [required(call.words, "--name", "-n"), required(call.words, "--resource-group", "-g")];
      const id = `/subscriptions/${call.cloud.state.subscriptionId}/resourceGroups/${group}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;
      if (!call.cloud.find(id)) {
        throw new CommandFailure(`ERROR: (ResourceNotFound) The Resource '${id}' was not found.`);
      }
      return "(the stand-in runs no containers, so there is no log)\n";
    },
  },
  {
    name: "az storage blob upload(-batch)",
    matches: (words) => begins("az", "storage", "blob")(words) && /^upload(-batch)?$/.test(words[3] ?? ""),
    run: (call) => {
      const name = required(call.words, "--account-name");
      const account = call.cloud.resources.find(({ id }) =>
        id.toLowerCase().endsWith(`/storageaccounts/${name.toLowerCase()}`),
      );
      if (!account) {
        throw new CommandFailure(`ERROR: The storage account '${name}' could not be found.`);
      }
      if (account.inputs.allowSharedKeyAccess === false && option(call.words, "--auth-mode") !== "login") {
        throw new CommandFailure("ERROR: Key based authentication is not permitted on this storage account.");
      }
      return answer(call, []);
    },
  },
];

function account({ cloud }: CommandCall): object {
  const { subscriptionId, tenantId } = cloud.state;
  return { id: subscriptionId, tenantId, name: "stand-in", state: "Enabled", user: { name: "stand-in", type: "user" } };
}

/** Host of the registry that an option names; one that is not there is refused as the CLI does. */
function registryOf(call: CommandCall, ...names: string[]): string {
  const given = required(call.words, ...(names.length > 0 ? names : ["--registry", "-r", "--name", "-n"]));
  const server = given.includes(".") ? given : loginServer(given);
  if (!registryAt(call.cloud, server)) {
    throw new CommandFailure(
      `ERROR: The resource with name '${given}' and type 'Microsoft.ContainerRegistry/registries' could not be found in subscription 'stand-in (${call.cloud.state.subscriptionId})'.`,
    );
  }
  return server;
}

/** As the CLI prints an answer: `--query` with members and indexes alone, `--output` json, tsv or none. */
function answer({ words }: CommandCall, value: object): string {
  const query = option(words, "--query") ?? "";
  const found = [...query.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].reduce<unknown>(
    (at, [, index, key]) => (at as Record<string, unknown> | undefined)?.[index ?? key ?? ""],
    value,
  );
  const format = option(words, "--output", "-o") ?? "json";
  if (format === "none") {
    return "";
  }
  return format === "tsv" && typeof found === "string" ? `${found}\n` : `${JSON.stringify(found, undefined, 2)}\n`;
}
