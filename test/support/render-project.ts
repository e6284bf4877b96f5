import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder, writeFiles } from "./folder";

const project = `name: shop
runtime: nodejs
backend: { url: "file://./.scorestack/state" }
config:
  replicas: { type: integer, default: 2 }
  shop:color: { default: "" }
`;
const settings = `config:
  shop:image: registry.test/fraud@sha256:${"a".repeat(64)}
  shop:token: { secure: v1:cipher:text }
  shop:services: { fraud: { keys: [{ secure: v1:one }, plain] } }
`;
/** A service of ours in whatever cluster. */
export const aksProgram = `import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes";
import { AksService } from "${path.resolve("components")}";
const config = new pulumi.Config();
const cluster = new pulumi.CustomResource("azure-native:test:Cluster", "cluster", { kubeconfig: undefined });
const provider = new Provider("provider", { kubeconfig: cluster.kubeconfig });
new AksService("fraud", {
  host: { provider, scaler: "keda", gateway: { className: "istio" } },
  image: { ref: config.require("image"), identity: "${"b".repeat(64)}" },
  environmentVariables: { TOKEN: config.requireSecret("token") },
});
`;

/** A folder with a project whose stack `prod` has settings, secret ones too; `index.ts` is the test's to write. */
export function renderProject(): { folder: string; remove: () => void } {
  const home = temporaryFolder("render");
  fs.symlinkSync(path.resolve("node_modules"), path.join(home.folder, "node_modules"));
  writeFiles(home.folder, { "Pulumi.yaml": project, "Pulumi.prod.yaml": settings });
  return home;
}
