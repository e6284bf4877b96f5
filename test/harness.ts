import * as pulumi from "@pulumi/pulumi";
import { hashJson } from "../components/internal/canonical-json";
import { azureTokens } from "../components/internal/azure-contract";
import { edgeTokens } from "../components/internal/edge-contract";
import { localTokens } from "../components/internal/local-contract";
import { azureCall, azureResource } from "./azure-mocks";
import { kubernetesObject } from "./kubernetes-mocks";
import { anyRejection, hasRejections } from "./rejections";
import { secretSignature, signatureKey } from "../provider/rpc/marks";

/** A resource that a program registered, as the engine would be told. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of the parent; empty for the stack's own. */
  readonly parent: string;
  readonly custom: boolean;
  /** Without secrecy. */
  readonly inputs: Record<string, unknown>;
  /** Paths of the inputs that are secret. */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  readonly provider: string;
  readonly dependencies: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Set by `registerOutputs`; components only. */
  outputs?: Record<string, unknown>;
}

/** What a program registered and returned. */
export interface Run<T> {
  readonly resources: readonly Registration[];
  readonly result: T;
}

export interface RunOptions {
  readonly stack?: string;
  readonly preview?: boolean;
  /** Full keys (`scorestack:spark`) and their values. */
  readonly config?: Readonly<Record<string, string>>;
  /** Keys of settings with a secret in them. */
  readonly secretKeys?: readonly string[];
  /** What resources of other packages than ours add to their inputs, by type. */
  readonly answers?: Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>>;
}

interface Request {
  getParent(): string;
  getProtect(): boolean | undefined;
  getProvider(): string;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getReplaceonchangesList(): string[];
  getIgnorechangesList(): string[];
  getRetainondelete(): boolean | undefined;
  getDeletebeforereplace(): boolean | undefined;
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}
type Answer = (error: unknown, response: { getUrn(): string } | undefined) => void;
interface Monitor {
  registerResource(request: Request, answer: Answer): Promise<void>;
  registerResourceOutputs(request: Request, answer: Answer): void;
}

/**
 * Runs a program against mocks and waits until all it registered is settled. Unknown resource types and calls, and URNs used
 * twice, are errors. What it does not prove: the engine's work (diffs, order, replaces) and the provider's.
 */
export async function runProgram<T>(program: () => T, options: RunOptions = {}): Promise<Run<Awaited<T>>> {
  const resources: Registration[] = [];
  const calls: string[] = [];
  const drafts = new Map<string, Pick<Registration, "inputs" | "secrets" | "custom" | "type" | "name">>();
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs, custom = false }) => {
      const secrets: string[] = [];
      const plain = unwrap(inputs, "", secrets) as Record<string, unknown>;
      drafts.set(`${type}::${name}`, { type, name, custom, inputs: plain, secrets });
      const azure = azureResource(type, name, plain);
      const outputs = options.answers?.[type]?.(plain) ?? azure?.outputs ?? computed(type, plain);
      return { id: custom ? (azure?.id ?? `${name}-id`) : undefined, state: { ...(inputs as object), ...outputs } };
    },
    call: ({ token, inputs }) => {
      const answer = azureCall(token, inputs as Record<string, unknown>);
      if (answer) {
        return answer;
      }
      calls.push(token);
      throw new Error(`unknown call of ${token}`);
    },
  };
  const { stack = "local", preview = false } = options;
  await pulumi.runtime.setMocks(mocks, "scorestack", stack, preview, "organization");
  pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
  record(pulumi.runtime.getMonitor() as unknown as Monitor, drafts, resources);
  const result = await program();
  await settled().catch((error: unknown) => {
    // What becomes of a failed call does not name it.
    throw calls.length > 0 ? new Error(`unknown call of ${calls.join(", ")}`) : error;
  });
  const twice = resources.find(({ urn }, index) => resources.findIndex((other) => other.urn === urn) < index);
  if (twice) {
    throw new Error(`${twice.urn} is registered twice`);
  }
  return { resources, result };
}

/** The one resource of a type (and name). */
export function only(run: Run<unknown>, type: string, name?: string): Registration {
  const found = run.resources.filter(
    (resource) => resource.type === type && (name === undefined || resource.name === name),
  );
  const [first] = found;
  if (!first || found.length > 1) {
    throw new Error(`expected one ${type} ${name ?? ""}, got ${found.length} in ${describe(run)}`);
  }
  return first;
}

/** The value of an Output. */
export async function value<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** Waits until every registration and every Output it needs is settled; after an error in one of them that may never come. */
async function settled(): Promise<void> {
  const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };
  await Promise.race([waitForRPCs(), anyRejection()]);
  if (await hasRejections()) {
    throw new Error("the program failed after it had returned: takeRejections() tells why");
  }
}

function record(monitor: Monitor, drafts: ReadonlyMap<string, Partial<Registration>>, resources: Registration[]): void {
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      const urn = response?.getUrn() ?? "";
      const [type = "", name = ""] = [urn.split("::")[2]?.split("$").at(-1), urn.split("::").at(-1)];
      const draft = drafts.get(`${type}::${name}`);
      if (draft) {
        resources.push({ ...(draft as Registration), ...details(request), urn });
      }
      answer(error, response);
    });
  monitor.registerResourceOutputs = (request, answer) => {
    const resource = resources.find(({ urn }) => urn === request.getUrn());
    if (resource) {
      resource.outputs = request.getOutputs()?.toJavaScript() ?? {};
    }
    registerOutputs(request, answer);
  };
}

function details(request: Request) {
  return {
    parent: request.getParent(),
    protect: request.getProtect() ?? false,
    provider: request.getProvider(),
    dependencies: request.getDependenciesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
  };
}

/** Takes values out of the envelopes in which secrets travel, and notes their paths. */
function unwrap(input: unknown, at: string, secrets: string[]): unknown {
  if (Array.isArray(input)) {
    return input.map((item, index) => unwrap(item, `${at}[${index}]`, secrets));
  }
  if (typeof input !== "object" || input === null) {
    return input;
  }
  const record = input as Record<string, unknown>;
  if (record[signatureKey] === secretSignature) {
    secrets.push(at);
    return unwrap(record["value"], at, []);
  }
  const entries = Object.entries(record);
  return Object.fromEntries(entries.map(([key, item]) => [key, unwrap(item, at ? `${at}.${key}` : key, secrets)]));
}

/** What the in-project provider adds to a resource's inputs. */
function computed(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === localTokens.model) {
    return { version: 1, modelId: `${String(inputs["modelName"])}:1` };
  }
  if (type === localTokens.image) {
    return { version: 1, imageId: `${String(inputs["imageName"])}:1` };
  }
  if (type === localTokens.service) {
    return computedService(inputs);
  }
  if (type === azureTokens.modelFiles) {
    const { folder = "" } = (inputs["container"] as { folder?: string } | undefined) ?? {};
    return { uri: `https://storage.test/${folder}` };
  }
  if (type === localTokens.serviceKeys) {
    return { primaryKey: "made-primary", secondaryKey: "made-secondary", ...inputs };
  }
  if (type === localTokens.downtime) {
    return {};
  }
  if (Object.values<string>(edgeTokens).includes(type)) {
    return computedEdge(type, inputs);
  }
  if (type === "command:local:Command" && String(inputs["create"]).includes("registry-token")) {
    const told = { slot: "password1", password: "made-password", expiresOn: "2099-01-01T00:00:00Z" };
    return { stdout: JSON.stringify(told), stderr: "" };
  }
  if (type === "command:local:Command") {
    // A build answers with a digest; of others nobody reads the answer.
    return { stdout: `sha256:${hashJson(inputs["triggers"] ?? [])}`, stderr: "" };
  }
  if (type === "docker-build:index:Image") {
    const [tag = ""] = inputs["tags"] as string[];
    const digest = `sha256:${hashJson(tag)}`;
    return { digest, ref: `${tag}@${digest}` };
  }
  const object = kubernetesObject(type);
  if (object) {
    return object;
  }
  if (!type.startsWith("scorestack:index:") && type !== "pulumi:pulumi:Stack") {
    throw new Error(`unknown resource type ${type}`);
  }
  return {};
}

function computedService(inputs: Record<string, unknown>): Record<string, unknown> {
  const port = (inputs["port"] as number | undefined) ?? 5001;
  const address = `http://127.0.0.1:${port}`;
  const keys = inputs["authEnabled"] === true ? { primaryKey: "made-primary", secondaryKey: "made-secondary" } : {};
  return {
    ...keys,
    ...Object.fromEntries(["primaryKey", "secondaryKey"].flatMap((key) => (inputs[key] ? [[key, inputs[key]]] : []))),
    port,
    scoringUri: `${address}/score`,
    swaggerUri: `${address}/swagger.json`,
    healthUri: `${address}/`,
    versionUri: `${address}/version`,
    revision: 1,
    imageId: "image:1",
    modelIds: ["model:1"],
  };
}

function describe(run: Run<unknown>): string {
  return run.resources.map(({ type, name }) => `${type} ${name}`).join(", ");
}

function computedEdge(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === edgeTokens.configuration) {
    const hash = hashJson(inputs["modulesContent"]).slice(0, 12);
    return { configurationId: `${String(inputs["configurationName"])}-${hash}`, etag: "1", incarnation: "1" };
  }
  if (type === edgeTokens.device) {
    const connectionString = `HostName=${String(inputs["hub"])};DeviceId=${String(inputs["deviceId"])};SharedAccessKey=made`;
    return { primaryKey: "made", secondaryKey: "made", connectionString, deviceScope: "", generationId: "1" };
  }
  if (type === edgeTokens.enrollment) {
    const isKeyed = (inputs["attestation"] as { type: string }).type === "symmetricKey";
    return isKeyed ? { primaryKey: "made", secondaryKey: "made" } : {};
  }
  return { targetedDevices: 1, succeededDevices: 1, offlineDevices: 0 };
}
