import * as fs from "node:fs";
import * as path from "node:path";
import { environmentRequirements, parseConda } from "../../components/internal/conda";
import { Store } from "../../provider/store";
import { projectRoot } from "../contract/environment";

/** No scorer of the project has them: they are for the tests of `runtime/grpc_front.py` and `runtime/edge_feed.py`. */
const added = ["amqtt==0.11.3", "grpcio==1.76.0", "paho-mqtt==2.1.0", "protobuf==6.33.1"];
const quiet = { progress: () => undefined, info: () => undefined };

/** The environment of a scorer that speaks gRPC and MQTT as well, built by uv at the first call; the rest of it is that of `wine`. */
export async function widePython(): Promise<string> {
  const folder = path.join(projectRoot, "scorers", "wine");
  const conda = parseConda(fs.readFileSync(path.join(folder, "conda.yml"), "utf8"));
  const requirements = [...environmentRequirements(conda), ...added].sort();
  const lock = fs.readFileSync(path.join(folder, "conda.lock"), "utf8");
  const { environments } = new Store(projectRoot);
  const { key } = await environments.ensure({ python: conda.python, requirements, lock }, quiet);
  return environments.python(key);
}
