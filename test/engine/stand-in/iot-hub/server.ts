import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Value, Values } from "../../../../provider/rpc/values";
import type { Method } from "../faults";
import { listOf, recordOf, textOf } from "../values";
import { answered, type HubLimits, putConfiguration, testQueries } from "./configurations";
import { deploy, deviceTwin, moduleTwin, type Pull, report } from "./devices";
import { answerGroups, register, type Registration, serviceName, type ServicePlace } from "./provisioning";
import { QueryError, readQuery, selected } from "./expressions";
import { HubRefusal } from "./refusal";
import { bulk, deviceAt, identityOf, patchTags, putDevice } from "./registry";
import type { HubFiles, HubState, Simulation } from "./state";

/** A hub that is there. */
export interface HubPlace {
  readonly birth: string;
  readonly limits: HubLimits;
}

/** A call, as faults know it. */
export interface HubRequest {
  readonly method: Method;
  readonly verb: string;
  readonly hub: string;
  /** `configurations/churn-1`. */
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface HubReply {
  readonly status: number;
  readonly body?: Value;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something that goes wrong: before the work, or after it, instead of its answer. */
export type HubFault =
  { readonly when: "before" | "after"; readonly strike: () => HubReply | Promise<HubReply> } | undefined;

interface ServiceRequest {
  readonly verb: string;
  readonly path: readonly string[];
  readonly text: string;
  readonly url: URL;
  readonly headers: http.IncomingHttpHeaders;
}

interface Call extends HubRequest {
  readonly state: HubState;
  readonly limits: HubLimits;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Value;
  readonly ifMatch: string | undefined;
  readonly simulationOf: (deviceId: string) => Simulation;
}

/**
 * As much of the REST API of IoT Hubs (2021-04-12) as deployments of IoT Edge need, with devices that do what they are told: every hub
 * below a path of its own, on 127.0.0.1 and without a login. Where it is not sure it refuses.
 */
export class HubServer {
  readonly requests: string[] = [];
  /** Provisioning services that are there. */
  serviceOf: (name: string) => ServicePlace | undefined = () => undefined;
  fault: (request: HubRequest) => HubFault = () => undefined;
  private readonly looks = new Map<string, number>();
  private readonly server = http.createServer((message, response) => {
    void this.serve(message, response);
  });

  constructor(
    private readonly files: HubFiles,
    private readonly placeOf: (hub: string) => HubPlace | undefined,
    private readonly pull: Pull = () => undefined,
  ) {}

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) {
      chunks.push(chunk as Buffer);
    }
    let reply: HubReply;
    try {
      reply = await this.answer(message, Buffer.concat(chunks).toString());
    } catch (problem) {
      reply = refusal(problem);
    }
    response.writeHead(reply.status, { "content-type": "application/json; charset=utf-8", ...reply.headers });
    response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
  }

  private async answer(message: http.IncomingMessage, text: string): Promise<HubReply> {
    const url = new URL(message.url ?? "/", "http://127.0.0.1");
    const [hub = "", ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent);
    const { method: verb = "GET", headers } = message;
    const path = rest.join("/");
    this.requests.push(`${verb} ${path}`);
    const service = serviceName(hub);
    if (service !== undefined) {
      return this.provision(service, { verb, path: rest, text, url, headers });
    }
    const place = this.placeOf(hub);
    if (!place) {
      throw new HubRefusal(404, "IotHubNotFound", `no such host: ${hub}.azure-devices.net`);
    }
    if (url.searchParams.get("api-version") !== "2021-04-12") {
      throw new HubRefusal(400, "InvalidProtocolVersion", "The stand-in's hub has api-version 2021-04-12 alone");
    }
    const state = this.files.load(hub, place.birth);
    const method = methodOf(verb, rest, state);
    const request: HubRequest = { method, verb, hub, path, authorization: headers.authorization };
    const fault = this.fault(request);
    if (fault?.when === "before") {
      return fault.strike();
    }
    const simulations = this.files.simulations;
    const simulationOf = (id: string): Simulation => simulations[`${hub}/${id}`] ?? simulations[id] ?? {};
    // What was edited by hand since, and what devices have done meanwhile.
    this.settle(state, simulationOf, path === "devices/query" ? 1 : 0);
    const ifMatch = headers["if-match"]?.replace(/^"|"$/g, "");
    const body = text === "" ? {} : (JSON.parse(text) as Value);
    const { searchParams: query } = url;
    const call = { ...request, state, limits: place.limits, query, headers, body, ifMatch, simulationOf };
    const reply = route(call, rest);
    if (method !== "read") {
      this.settle(state, simulationOf, 0);
    }
    this.files.save(hub, state);
    return fault ? fault.strike() : reply;
  }

  /** A provisioning service: its groups, or a device that registers at `registrations/<id>`, in short. */
  private async provision(name: string, { verb, path, text, url, headers }: ServiceRequest): Promise<HubReply> {
    const place = this.serviceOf(name);
    if (!place) {
      throw new HubRefusal(404, "404000", `no such host: ${name}.azure-devices-provisioning.net`);
    }
    if (url.searchParams.get("api-version") !== "2021-10-01") {
      throw new HubRefusal(400, "400000", "The stand-in's service has api-version 2021-10-01 alone");
    }
    const state = this.files.loadService(name, place.birth);
    const body = recordOf(text === "" ? {} : (JSON.parse(text) as Value));
    const [collection, id = ""] = path;
    if (collection === "registrations") {
      return this.register(id, register(state, id, body));
    }
    const words: Record<string, Method> = { PUT: id in state.groups ? "update" : "create", DELETE: "delete" };
    const { authorization } = headers;
    const fault = this.fault({ method: words[verb] ?? "read", verb, hub: name, path: path.join("/"), authorization });
    if (fault?.when === "before") {
      return fault.strike();
    }
    const ifMatch = headers["if-match"]?.replace(/^"|"$/g, "");
    // A fault may have changed it.
    const current = this.files.loadService(name, place.birth);
    const reply = answerGroups(current, place, { verb, path, body, ifMatch });
    this.files.saveService(name, current);
    return fault ? fault.strike() : reply;
  }

  /** One that is there keeps its twin. */
  private register(id: string, { iotHub, tags, isEdge, authentication }: Registration): HubReply {
    const [hub = ""] = iotHub.split(".", 1);
    const place = this.placeOf(hub);
    if (!place) {
      throw new HubRefusal(404, "404001", `no such hub: ${iotHub}`);
    }
    const state = this.files.load(hub, place.birth);
    if (!(id in state.devices)) {
      const body: Values = { capabilities: { iotEdge: isEdge }, authentication };
      putDevice(state, id, body, undefined, place.limits).tags = tags;
    }
    const simulations = this.files.simulations;
    this.settle(state, (device) => simulations[`${hub}/${device}`] ?? simulations[device] ?? {}, 0);
    this.files.save(hub, state);
    return { status: 200, body: { status: "assigned", assignedHub: iotHub, deviceId: id } };
  }

  /** How often a device was looked at, by what it is told. */
  private look(key: string, more: number): number {
    const count = this.looks.get(key) ?? 0;
    this.looks.set(key, count + more);
    return count;
  }

  private settle(state: HubState, simulationOf: (deviceId: string) => Simulation, looks: number): void {
    deploy(state);
    report(state, simulationOf, (key) => this.look(key, looks), this.pull);
  }
}

function methodOf(verb: string, [collection = "", id = ""]: readonly string[], state: HubState): Method {
  const isThere = collection === "configurations" ? id in state.configurations : id in state.devices;
  const isBulk = verb === "POST" && collection === "devices" && id === "";
  switch (verb) {
    case "PUT":
      return isThere ? "update" : "create";
    case "PATCH":
      return "update";
    case "DELETE":
      return "delete";
    default:
      return isBulk ? "create" : "read";
  }
}

function route(call: Call, path: readonly string[]): HubReply {
  const [collection, id = "", part, moduleId = "", last] = path;
  switch (
    `${call.verb} ${collection ?? ""}${part === undefined ? "" : `/${part}`}${last === undefined ? "" : `/${last}`}`
  ) {
    case "GET configurations":
      return id === "" ? listConfigurations(call) : { status: 200, body: configurationAt(call, id) };
    case "PUT configurations": {
      const { status } = putConfiguration(call.state, id, recordOf(call.body), call.ifMatch, call.limits);
      return { status, body: configurationAt(call, id) };
    }
    case "POST configurations": {
      const { targetCondition, customMetricQueries } = recordOf(call.body);
      const queries = recordOf(customMetricQueries) as Record<string, string>;
      return { status: 200, body: JSON.parse(JSON.stringify(testQueries(textOf(targetCondition), queries))) as Value };
    }
    case "DELETE configurations":
      return remove(call, call.state.configurations, id, "ConfigurationNotFound");
    case "GET devices":
      return { status: 200, body: identityOf(deviceAt(call.state, id)) };
    case "PUT devices":
      return {
        status: 200,
        body: identityOf(putDevice(call.state, id, recordOf(call.body), call.ifMatch, call.limits)),
      };
    case "POST devices":
      return id === "query" ? query(call) : bulkReply(call);
    case "DELETE devices":
      return remove(call, call.state.devices, id, "DeviceNotFound");
    case "GET twins":
      return { status: 200, body: deviceTwin(deviceAt(call.state, id)) };
    case "PATCH twins":
      patchTags(call.state, deviceAt(call.state, id), recordOf(recordOf(call.body).tags));
      return { status: 200, body: deviceTwin(deviceAt(call.state, id)) };
    case "GET twins/modules":
      return moduleReply(call, id, moduleId);
    case "POST twins/modules/methods":
      return ping(call, id, moduleId);
    default:
      throw new HubRefusal(404, "NotFound", `the stand-in's hub does not have ${call.verb} ${call.path}`);
  }
}

function listConfigurations(call: Call): HubReply {
  const top = Number(call.query.get("top") ?? 20);
  const ids = Object.keys(call.state.configurations).sort().slice(0, top);
  return { status: 200, body: ids.map((id) => configurationAt(call, id)) };
}

function configurationAt(call: Call, id: string): Values {
  const configuration = call.state.configurations[id];
  if (!configuration) {
    throw new HubRefusal(404, "ConfigurationNotFound", `Configuration ${id} not found`);
  }
  return answered(configuration, (text) => rowsOf(call.state, text).length);
}

function remove(call: Call, from: Record<string, { readonly etag: string }>, id: string, code: string): HubReply {
  const there = from[id];
  if (!there) {
    throw new HubRefusal(404, code, `${id} not found`);
  }
  if (call.ifMatch !== undefined && call.ifMatch !== "*" && call.ifMatch !== there.etag) {
    throw new HubRefusal(412, "PreconditionFailed", "Precondition failed: the ETag does not match");
  }
  Reflect.deleteProperty(from, id);
  return { status: 204 };
}

function bulkReply(call: Call): HubReply {
  const result = bulk(call.state, listOf(call.body).map(recordOf), call.limits);
  return { status: result.isSuccessful ? 200 : 400, body: result };
}

function moduleReply({ state }: Call, deviceId: string, moduleId: string): HubReply {
  const device = deviceAt(state, deviceId);
  const module = device.modules[moduleId];
  if (!module) {
    throw new HubRefusal(404, "ModuleNotFound", `Module ${moduleId} of ${deviceId} not registered`);
  }
  return { status: 200, body: moduleTwin(device, moduleId, module) };
}

function ping({ state, body, simulationOf }: Call, deviceId: string, moduleId: string): HubReply {
  const device = deviceAt(state, deviceId);
  if (moduleId !== "$edgeAgent" || recordOf(body).methodName !== "ping") {
    throw new HubRefusal(404, "NotFound", "the stand-in's devices answer the method 'ping' of $edgeAgent alone");
  }
  if (simulationOf(device.deviceId).online === false) {
    throw new HubRefusal(404, "DeviceNotOnline", `The operation failed because the requested device isn't online`);
  }
  return { status: 200, body: { status: 200, payload: null } };
}

function rowsOf(state: HubState, text: string): Values[] {
  const read = readQuery(text);
  const devices = Object.values(state.devices);
  const twins =
    read.from === "devices"
      ? devices.map(deviceTwin)
      : devices.flatMap((device) =>
          Object.entries(device.modules).flatMap(([moduleId, module]) =>
            module ? [moduleTwin(device, moduleId, module)] : [],
          ),
        );
  return twins.filter(read.where).map((twin) => selected(read, twin));
}

/** In pages, as the hub answers. */
function query({ state, body, headers }: Call): HubReply {
  const rows = rowsOf(state, textOf(recordOf(body).query));
  const start = Number(headers["x-ms-continuation"] ?? 0);
  const end = start + Number(headers["x-ms-max-item-count"] ?? 100);
  const more: Record<string, string> = end < rows.length ? { "x-ms-continuation": String(end) } : {};
  return { status: 200, body: rows.slice(start, end), headers: more };
}

function refusal(problem: unknown): HubReply {
  if (problem instanceof QueryError) {
    return refusal(new HubRefusal(400, "QueryStoreUnavailable", problem.message));
  }
  if (!(problem instanceof HubRefusal)) {
    throw problem;
  }
  const { status, code, message, headers } = problem;
  const body = { Message: `ErrorCode:${code};${message}`, ExceptionMessage: "Tracking ID:stand-in" };
  return { status, body, headers: { "iothub-errorcode": code, ...headers } };
}
