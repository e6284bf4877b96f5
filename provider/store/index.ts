import * as path from "node:path";
import { ServiceFolder } from "../service/files";
import { describeService } from "../service/describe";
import { BatchPackages } from "./batch-packages";
import { EnvironmentStore } from "./environments";
import { entries, filesBelow, isDamaged, sizeOf } from "./files";
import { ImageStore } from "./images";
import { ModelStore } from "./models";
import { prune, type PrunePolicy, type Removed } from "./prune";
import type { ImageRecord, ModelRecord, ServiceRecord } from "./records";

/** Everything below `.scorestack/` but the engine's state: models, images, environments, services. */
export class Store {
  readonly folder: string;
  readonly modelStore: ModelStore;
  readonly imageStore: ImageStore;
  readonly environments: EnvironmentStore;
  readonly batchPackages: BatchPackages;
  readonly supervisorScript: string;

  constructor(readonly projectRoot: string) {
    this.folder = path.join(projectRoot, ".scorestack");
    this.modelStore = new ModelStore(path.join(this.folder, "models"), projectRoot);
    const [names, bundles] = [path.join(this.folder, "images"), path.join(this.folder, "bundles")];
    this.imageStore = new ImageStore(names, bundles, projectRoot, this.modelStore);
    this.environments = new EnvironmentStore(path.join(this.folder, "environments"), projectRoot);
    this.batchPackages = new BatchPackages(path.join(this.folder, "batch-packages"), projectRoot, this.environments);
    this.supervisorScript = path.join(projectRoot, "provider", "supervisor", "supervisor.py");
  }

  serviceFolder(name: string): ServiceFolder {
    return new ServiceFolder(path.join(this.folder, "services", name));
  }

  serviceFolders(): ServiceFolder[] {
    return entries(path.join(this.folder, "services")).map((name) => this.serviceFolder(name));
  }

  /** Ports of the other services, running or not. */
  portsInUse(except: string): ReadonlySet<number> {
    const others = this.serviceFolders().filter(({ name }) => name !== except);
    return new Set(others.flatMap((folder) => folder.desired()?.port ?? []));
  }

  models(): ModelRecord[] {
    const images = this.images();
    return this.modelStore.all().map((model) => {
      const id = `${model.name}:${model.version}`;
      const holders = images.filter(({ models }) => models.includes(id));
      return {
        ...model,
        images: holders.map((image) => `${image.name}:${image.version}`),
        services: [...new Set(holders.flatMap(({ services }) => services))].sort(),
      };
    });
  }

  images(): ImageRecord[] {
    const users = this.imageUsers();
    return this.imageStore.all().map((image) => {
      const bundle = this.imageStore.bundle(image.identity);
      return {
        ...image,
        sizeInBytes: sizeOf(this.imageStore.folderOf(image.identity)),
        environment: bundle?.environment ?? "",
        models: (bundle?.models ?? []).map(({ modelName, version }) => `${modelName}:${version}`),
        services: users.get(image.identity) ?? [],
      };
    });
  }

  services(): Promise<ServiceRecord[]> {
    return Promise.resolve(this.serviceFolders().flatMap((folder) => describeService(folder) ?? []));
  }

  /** Removes what nothing uses and what is beyond the newest `keep` versions of each name. */
  prune(policy: PrunePolicy): Promise<{ removed: Removed[] }> {
    return prune(this, policy);
  }

  /** Records that can't be read, by their paths in the store; what they told of is not counted anywhere. */
  damagedRecords(): string[] {
    const record = /^\d+\.json$|^(model|release)\.json$/;
    return ["images", "models", "services"].flatMap((part) => {
      const home = path.join(this.folder, part);
      const files = entries(home).flatMap((name) => recordsBelow(path.join(home, name)));
      return files.filter((file) => record.test(path.basename(file)) && isDamaged(file));
    });
  }

  /** Image identity → services that run it, or keep it as an earlier release. */
  imageUsers(): ReadonlyMap<string, string[]> {
    const users = new Map<string, Set<string>>();
    for (const folder of this.serviceFolders()) {
      for (const { imageIdentity } of folder.releases()) {
        users.set(imageIdentity, (users.get(imageIdentity) ?? new Set()).add(folder.name));
      }
    }
    return new Map([...users].map(([identity, names]) => [identity, [...names].sort()]));
  }
}

/** Files of a name's folder that may be records: model content, which may be large and of any name, is passed over. */
function recordsBelow(folder: string): string[] {
  return filesBelow(folder)
    .filter((file) => !file.split(path.sep).includes("content"))
    .map((file) => path.join(folder, file));
}
