import type { ServiceRecord } from "../provider/store/records";
import type { Store } from "../provider/store";
import { CliError, UsageError } from "./errors";
import { openProject } from "./project";
import { liveStatus, stop } from "../provider/service/supervisor";
import { holderOf, readLocks } from "./locks";
import { readState, stacks, stacksWithResources } from "./state";

/** A service that the stack's state has and that is not on this machine any more. */
export interface MissingService {
  readonly name: string;
  readonly state: "missing";
}

const serviceType = "scorestack:local:Service";

/** Names of the local services in a stack's state; none when it can't be read from a folder. */
function serviceNamesIn(root: string, stackName: string): string[] {
  return serviceInputsIn(root, stackName).flatMap(({ serviceName }) =>
    typeof serviceName === "string" ? [serviceName] : [],
  );
}

function serviceInputsIn(root: string, stackName: string): Readonly<Record<string, unknown>>[] {
  const resources = readState(openProject(root), stackName)?.resources ?? [];
  return resources.flatMap(({ type, inputs }) => (type === serviceType && inputs ? [inputs] : []));
}

/** What a service was told when it was last updated; none when the state can't be read from a folder. */
export function deployedInputs(root: string, stackName: string, name: string): Readonly<Record<string, unknown>> {
  return serviceInputsIn(root, stackName).find(({ serviceName }) => serviceName === name) ?? {};
}

/** Whether a service answers only those who send a key. */
export function asksForKey(root: string, stackName: string, serviceName: string): boolean {
  return deployedInputs(root, stackName, serviceName).authEnabled === true;
}

/** The services of a stack, by name: all on this machine but those of other stacks, and those that should be here and are not. */
export async function servicesOf(
  root: string,
  store: Store,
  stackName: string,
): Promise<(ServiceRecord | MissingService)[]> {
  const others = new Set(
    stacksWithResources(root)
      .filter((name) => name !== stackName)
      .flatMap((name) => serviceNamesIn(root, name)),
  );
  const own = serviceNamesIn(root, stackName);
  const records = (await store.services()).filter(({ name }) => own.includes(name) || !others.has(name));
  const missing = own.filter((name) => !records.some((record) => record.name === name));
  return [...records, ...missing.map((name) => ({ name, state: "missing" as const }))].sort((one, other) =>
    one.name.localeCompare(other.name, "en"),
  );
}

/**
 * Stops and removes the services on this machine that no stack's state knows: an update that was killed had begun them. Returns their
 * names. None while another stack is being worked on, whose they may be.
 */
export async function stopUnknown(root: string, store: Store, stackName: string): Promise<string[]> {
  const project = openProject(root);
  if (!project.stateFolder) {
    return [];
  }
  const isBusy = stacks(root).some(
    (name) => name !== stackName && readLocks(project, name).some((lock) => holderOf(lock) !== "dead"),
  );
  const known = stacksWithResources(root).flatMap((name) => serviceNamesIn(root, name));
  const unknown = isBusy ? [] : store.serviceFolders().filter(({ name }) => !known.includes(name));
  const live = unknown.filter((folder) => liveStatus(folder) !== undefined);
  await Promise.all(live.map(stop));
  unknown.forEach((folder) => {
    folder.remove();
  });
  return live.map(({ name }) => name);
}

/** The service of that name, or the only one. Throws a `UsageError` that names the choices. */
export async function oneService(
  root: string,
  store: Store,
  stackName: string,
  name: string | undefined,
): Promise<ServiceRecord> {
  const services = await servicesOf(root, store, stackName);
  const names = services.map((service) => service.name).join(", ");
  if (services.length === 0) {
    throw new CliError(
      `stack '${stackName}' has no services here; bring them up with: npm run up -- --stack ${stackName}`,
    );
  }
  if (name === undefined && services.length > 1) {
    throw new UsageError(`'service' must be one of ${names}; add its name`);
  }
  const found = name === undefined ? services[0] : services.find((service) => service.name === name);
  if (!found) {
    throw new UsageError(`'service' must be one of ${names}, got '${name ?? ""}'`);
  }
  if (found.state === "missing") {
    throw new CliError(
      `service '${found.name}' is gone from this machine; bring it back with: npm run refresh -- --yes && npm start`,
    );
  }
  return found;
}
