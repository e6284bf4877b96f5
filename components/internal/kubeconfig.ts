import { parse, stringify } from "yaml";
import type { Rule } from "./problems";

/** How kubelogin gets a token of Microsoft Entra without asking anybody. */
export const KubeLogin = {
  azureCli: "azurecli",
  workloadIdentity: "workloadidentity",
  managedIdentity: "msi",
  servicePrincipal: "spn",
} as const;
/** How kubelogin gets a token of Microsoft Entra without asking anybody. */
export type KubeLogin = (typeof KubeLogin)[keyof typeof KubeLogin];

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: readonly { readonly name?: string }[];
  readonly contexts?: readonly { readonly name?: string }[];
  readonly users?: readonly { readonly name?: string; readonly user?: User }[];
}

interface User {
  readonly exec?: { readonly command?: string; readonly args?: readonly string[] };
}

/** The text of a kubeconfig that names a cluster, a user and a context; nothing of it is shown. */
export const kubeconfigText: Rule<string> = {
  must: "must be the text of a kubeconfig with 'clusters', 'users', 'contexts' and a 'current-context' that is one of them",
  secret: true,
  holds: (value) => {
    const found = read(value);
    const names = found?.contexts?.map(({ name }) => name) ?? [];
    return [found?.clusters, found?.users].every((list) => (list?.length ?? 0) > 0) && names.includes(currentOf(found));
  },
};

/** A kubeconfig with another context as the current one; undefined where it has none of that name. */
export function withContext(text: string, context: string): string | undefined {
  const found = read(text);
  const isThere = found?.contexts?.some(({ name }) => name === context) ?? false;
  return isThere ? stringify({ ...found, "current-context": context }) : undefined;
}

/**
 * A kubeconfig of Azure's whose login through kubelogin asks nobody: Azure's own has `--login devicecode`, which waits for a person.
 * Others are left as they are.
 */
export function withLogin(text: string, login: KubeLogin): string {
  const found = read(text);
  const users = found?.users ?? [];
  if (!users.some(({ user }) => user?.exec?.command === "kubelogin")) {
    return text;
  }
  const changed = users.map(({ name, user = {} }) => ({ name, user: withArguments(user, login) }));
  return stringify({ ...found, users: changed });
}

function withArguments(user: User, login: KubeLogin): User {
  const args = user.exec?.args ?? [];
  const at = args.findIndex((word) => word === "--login" || word === "-l");
  const rest = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
  return { ...user, exec: { ...user.exec, args: [...rest, "--login", login] } };
}

function currentOf(found: Kubeconfig | undefined): string | undefined {
  return found?.["current-context"];
}

function read(text: string): Kubeconfig | undefined {
  try {
    const found: unknown = parse(text);
    return typeof found === "object" && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}
