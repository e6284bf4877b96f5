import { AzurePackage } from "./azure";
import { serveBlobs } from "./blobs";
import { Cloud } from "./cloud";
import { CommandPackage } from "./commands";
import { Desk } from "./desk";
import { DockerPackage } from "./docker";
import { attachExisting } from "./existing";
import { serveIotHubs } from "./iot-hub";
import { KubernetesPackage } from "./kubernetes";
import { StandInServer } from "./server";
import { Typings } from "./typings";

export interface Serving {
  /** The project's folder. */
  readonly root: string;
  /** Where the cloud lies. */
  readonly folder: string;
  /** Ports to serve on, by package, and `blobs` and `iotHubs`; free ones without it. */
  readonly ports: Readonly<Record<string, number>>;
  /** Take over what an unanswered call has made, where azure-native would refuse. */
  readonly adoptsOwn: boolean;
}

/** Serves every package, blobs and IoT Hubs, and returns the ports. */
export async function serveStandIn({ root, folder, ports, adoptsOwn }: Serving): Promise<Record<string, number>> {
  const cloud = new Cloud(folder);
  attachExisting(cloud);
  cloud.save();
  const desk = new Desk(cloud);
  const typings = new Typings(root);
  const packages = [
    new AzurePackage(cloud, typings, adoptsOwn),
    new DockerPackage(cloud, typings, root),
    new CommandPackage(cloud, typings, root),
    new KubernetesPackage(cloud, adoptsOwn),
  ];
  const bound = packages.map(async (served): Promise<[string, number]> => [
    served.name,
    await new StandInServer(served, desk).listen(ports[served.name] ?? 0),
  ]);
  const blobs = serveBlobs(cloud, ports.blobs ?? 0).then((port): [string, number] => ["blobs", port]);
  const iotHubs = serveIotHubs(cloud, ports.iotHubs ?? 0).then((port): [string, number] => ["iotHubs", port]);
  return Object.fromEntries(await Promise.all([...bound, blobs, iotHubs]));
}
