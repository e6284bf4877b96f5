import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureUv } from "../../provider/uv";
import { projectRoot } from "../contract/environment";

/** Versions of Kubernetes whose published schemas the objects are held against: the oldest and the newest that AKS is to have in 2026. */
export const schemaVersions = ["1.34.4", "1.36.3"] as const;
/** Version of the API server that is built. */
export const serverVersion = "1.36.3";
const kubeconformVersion = "0.8.0";
const gatewayVersion = "1.6.3";
const kedaVersion = "2.20.2";
const checkovVersion = "3.3.30";

/** Outside of the clone: the API server takes minutes to build, once a machine. */
const folder =
  process.env["SCORESTACK_KUBERNETES_TOOLS"] ??
  path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "scorestack", "kubernetes");

/** What the tests run. */
export const tools = {
  kubeconform: path.join(folder, "bin", `kubeconform-${kubeconformVersion}`),
  apiServer: path.join(folder, "bin", `kube-apiserver-${serverVersion}`),
  etcd: path.join(folder, "bin", `etcd-of-${serverVersion}`),
  checkov: path.join(folder, `checkov-${checkovVersion}`, "bin", "checkov"),
} as const;
/** One of them. */
export type Tool = keyof typeof tools;

/** Where the definitions of kinds that are not Kubernetes' own lie: in the modules of those who made them. */
export const definitionFiles = {
  gateways: ["sigs.k8s.io/gateway-api", gatewayVersion, "config/crd/standard/gateway.networking.k8s.io_gateways.yaml"],
  routes: ["sigs.k8s.io/gateway-api", gatewayVersion, "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"],
  grpcRoutes: [
    "sigs.k8s.io/gateway-api",
    gatewayVersion,
    "config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml",
  ],
  scaledObjects: ["github.com/kedacore/keda/v2", kedaVersion, "config/crd/bases/keda.sh_scaledobjects.yaml"],
} as const;

/** Why tests can't run that need a tool; undefined when they can. Plain `npm test` builds none: some take minutes. */
export function whyNot(tool: Tool): string | undefined {
  return fs.existsSync(tools[tool]) ? undefined : `${tool} is not there: npm run test:kubernetes makes it`;
}

/** A file of a Go module, downloaded where it is not in Go's own cache. */
export function moduleFile(module: string, version: string, file: string): string {
  const answer = go(projectRoot, "mod", "download", "-json", `${module}@v${version}`);
  const { Dir } = JSON.parse(answer) as { Dir: string };
  return path.join(Dir, file);
}

/** Makes what is missing; `say` is told before each step. */
export async function setUpTools(say: (step: string) => void): Promise<void> {
  fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
  if (whyNot("kubeconform")) {
    say(`building kubeconform ${kubeconformVersion}`);
    const source = moduleOf("kubeconform", { "github.com/yannh/kubeconform": kubeconformVersion });
    build(source, "github.com/yannh/kubeconform/cmd/kubeconform", tools.kubeconform);
  }
  if (whyNot("apiServer") || whyNot("etcd")) {
    say(`building kube-apiserver ${serverVersion} and etcd: minutes, once`);
    const source = serverModule();
    build(source, "go.etcd.io/etcd/server/v3", tools.etcd);
    build(source, "k8s.io/kubernetes/cmd/kube-apiserver", tools.apiServer);
  }
  if (whyNot("checkov")) {
    say(`installing checkov ${checkovVersion} into an environment of its own`);
    const uv = await ensureUv(projectRoot, say);
    const home = path.dirname(path.dirname(tools.checkov));
    execFileSync(uv, ["venv", "--quiet", "--clear", "--python", ">=3.9,<3.14", home]);
    const python = path.join(home, "bin", "python");
    execFileSync(uv, ["pip", "install", "--quiet", "--python", python, `checkov==${checkovVersion}`]);
  }
}

/** A module that needs others, so that Go builds their programs with the versions that their makers had. */
function moduleOf(name: string, needed: Readonly<Record<string, string>>, replaced: readonly string[] = []): string {
  const source = path.join(folder, `source-${name}`);
  fs.mkdirSync(source, { recursive: true });
  const requires = Object.entries(needed).map(([module, version]) => `require ${module} v${version}`);
  fs.writeFileSync(
    path.join(source, "go.mod"),
    [`module scorestack.test/${name}`, "", ...requires, ...replaced, ""].join("\n"),
  );
  return source;
}

/** Kubernetes names its own parts by path in its repository; published, they have versions of their own. */
function serverModule(): string {
  const its = fs.readFileSync(moduleFile("k8s.io/kubernetes", serverVersion, "go.mod"), "utf8");
  const [, etcd = ""] = /go\.etcd\.io\/etcd\/client\/v3 v(\S+)/.exec(its) ?? [];
  const parts = new Set(
    [...its.matchAll(/(k8s\.io\/\S+) (?:v0\.0\.0$|=> \.\/staging)/gm)].map(([, part = ""]) => part),
  );
  const version = serverVersion.replace(/^1\./, "0.");
  return moduleOf(
    `kube-apiserver-${serverVersion}`,
    { "k8s.io/kubernetes": serverVersion, "go.etcd.io/etcd/server/v3": etcd },
    [...parts].sort().map((part) => `replace ${part} => ${part} v${version}`),
  );
}

function build(source: string, program: string, target: string): void {
  go(source, "build", "-mod=mod", "-o", `${target}.new`, program);
  fs.renameSync(`${target}.new`, target);
}

function go(cwd: string, ...words: string[]): string {
  const environment = { ...process.env, GOFLAGS: "", GOWORK: "off" };
  return execFileSync("go", words, { cwd, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
