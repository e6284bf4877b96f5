import { projectRoot } from "../components/internal/project";
import { configurationHandler } from "./edge/configuration";
import { deviceHandler } from "./edge/device";
import { enrollmentHandler } from "./edge/enrollment";
import { ringHandler } from "./edge/ring";
import { modelFilesHandler } from "./resources/azure-model-files";
import { downtimeHandler } from "./resources/downtime";
import { imageHandler } from "./resources/image";
import { modelHandler } from "./resources/model";
import { serviceHandler } from "./resources/service";
import { serviceKeysHandler } from "./resources/service-keys";
import { ProviderServer } from "./rpc/server";
import { Store } from "./store";

const version = "0.1.0";

async function main(): Promise<void> {
  const store = new Store(projectRoot());
  const handlers = [
    modelHandler(store),
    imageHandler(store),
    serviceHandler(store),
    serviceKeysHandler(),
    downtimeHandler(),
    modelFilesHandler(),
    configurationHandler(),
    deviceHandler(),
    enrollmentHandler(),
    ringHandler(),
  ];
  // The engine gives its address as the first argument that is not an option, and waits for the port on stdout.
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  const port = await new ProviderServer(handlers, version, engineAddress).listen();
  process.stdout.write(`${port}\n`);
  endWithEngine();
}

/** An engine that is killed can't end its providers. */
function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) {
      process.exit(0);
    }
  }, 1000).unref();
}

void main();
