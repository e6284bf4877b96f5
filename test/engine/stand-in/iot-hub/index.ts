import { parseImage } from "../registry";
import { registryAt } from "../azure/rules/pull";
import type { Cloud, CloudResource } from "../cloud";
import { isValidPassword } from "../commands/token-passwords";
import { Faults } from "../faults";
import { listOf, recordOf, textOf } from "../values";
import type { Pull } from "./devices";
import type { ServicePlace } from "./provisioning";
import { type HubFault, type HubPlace, type HubReply, type HubRequest, HubServer } from "./server";
import { HubFiles } from "./state";

/** Serves every IoT Hub of the cloud. Tells the port. Nobody has to log in, so that missing roles are not seen. */
export async function serveIotHubs(cloud: Cloud, port: number): Promise<number> {
  return Number(new URL(await iotHubsOf(cloud).start(port)).port);
}

/** A server of the cloud's hubs, whose devices pull from the cloud's registries. */
export function iotHubsOf(cloud: Cloud): HubServer {
  const faults = new Faults(cloud.folder);
  const server = new HubServer(new HubFiles(cloud.folder), (hub) => placeOf(cloud, hub), pullFrom(cloud));
  server.serviceOf = (name) => serviceOf(cloud, name);
  server.fault = (request) => dueFault(faults, request);
  return server;
}

function placeOf(cloud: Cloud, hub: string): HubPlace | undefined {
  cloud.refresh();
  const found = cloud.resources.find(
    ({ id, token }) => token === "azure-native:iothub:IotHubResource" && nameOf(id) === hub.toLowerCase(),
  );
  const isFree = textOf(recordOf(found?.inputs.sku).name) === "F1";
  const limits = isFree ? { configurations: 10, devices: 500 } : { configurations: 100, devices: 1_000_000 };
  return found && { birth: textOf(found.made.birth), limits };
}

function serviceOf(cloud: Cloud, name: string): ServicePlace | undefined {
  cloud.refresh();
  const found = cloud.resources.find(
    ({ id, token }) =>
      token === "azure-native:deviceprovisioningservices:IotDpsResource" && nameOf(id) === name.toLowerCase(),
  );
  return found && { birth: textOf(found.made.birth), hubs: listOf(found.made.hubs).map(textOf) };
}

function nameOf(id: string): string {
  return (id.split("/").at(-1) ?? "").toLowerCase();
}

/** Faults know a call by `iot-hub:<hub>/<path>` in the place of a URN. */
function dueFault(faults: Faults, { method, hub, path }: HubRequest): HubFault {
  const due = faults.due({ method, urn: `iot-hub:${hub}/${path}` });
  if (!due) {
    return undefined;
  }
  const body = { Message: `ErrorCode:ServerError;${due.message ?? "a fault that was asked for"}` };
  return {
    when: due.when ?? "before",
    strike: () => {
      if (due.action === "die") {
        process.exit(3);
      }
      return due.action === "hang" ? new Promise<HubReply>(() => undefined) : { status: 500, body };
    },
  };
}

/** From a registry of the cloud, with a token that holds; what lies elsewhere, such as in mcr.microsoft.com, is there. */
function pullFrom(cloud: Cloud): Pull {
  return (image, credentials) => {
    const { registry: host } = parseImage(image);
    const registry = registryAt(cloud, host);
    if (!registry || registry.attached === true || registry.inputs.anonymousPullEnabled === true) {
      return undefined;
    }
    const fitting = credentials.filter(({ address }) => textOf(address) === host);
    const isOpen = fitting.some(({ username, password }) => {
      const token: CloudResource | undefined = cloud.find(`${registry.id}/tokens/${textOf(username)}`);
      return token ? isValidPassword(token, textOf(password)) : password === cloud.key(`${registry.id}|password`);
    });
    return isOpen ? undefined : `Could not pull image ${image}, unauthorized: authentication required`;
  };
}
