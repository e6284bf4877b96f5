import type * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { EngineLog } from "../../../provider/rpc/engine-log";
import {
  answer,
  diffResponse,
  isWithin,
  type Methods,
  newServer,
  serve,
  tokenOf,
} from "../../../provider/rpc/protocol";
import { open } from "../../../provider/rpc/values";
import type { Caller, Desk } from "./desk";
import { initFailed } from "./failure";
import type { ChangeCall, Made, Package, Seen, Subject } from "./package";
import { masked, sealAt } from "./secrets";

type Properties = Struct | undefined;

/** One Pulumi package, served to the engine in the place of its plugin. */
export class StandInServer {
  private readonly server: grpc.Server = newServer();
  private log = new EngineLog(undefined);

  constructor(
    private readonly served: Package,
    private readonly desk: Desk,
  ) {}

  listen(port: number): Promise<number> {
    return serve(this.server, this.methods(), port);
  }

  private methods(): Methods {
    const { served, desk } = this;
    return {
      getPluginInfo: answer(() => new PluginInfo().setVersion(served.version)),
      attach: answer((request) => {
        this.log = new EngineLog(request.getAddress());
        return new Empty();
      }),
      getSchema: answer(() =>
        new messages.GetSchemaResponse().setSchema(JSON.stringify({ name: served.name, version: served.version })),
      ),
      checkConfig: answer((request) => new messages.CheckResponse().setInputs(request.getNews())),
      diffConfig: answer(() => new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)),
      configure: answer((request) => {
        served.configure(open(request.getArgs()).values);
        return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
      }),
      check: answer((request) => this.check(request)),
      diff: answer((request) => this.diff(request)),
      create: answer((request) => this.create(request)),
      update: answer((request) => this.update(request)),
      read: answer((request) => this.read(request)),
      delete: answer((request) => this.delete(request)),
      invoke: answer((request) => this.invoke(request)),
      cancel: answer(() => {
        desk.cancel();
        return new Empty();
      }),
    };
  }

  private check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    const subject = subjectOf(request.getUrn());
    const { values, secretPaths } = open(request.getNews());
    const olds = open(request.getOlds()).values;
    return this.desk.answer(caller("check", subject, true), () => {
      const { inputs, failures } = this.served.check({
        ...subject,
        inputs: values,
        olds,
        seed: request.getRandomseed_asU8(),
      });
      const found = failures.map(({ property, reason }) =>
        new messages.CheckFailure().setProperty(property).setReason(reason),
      );
      const response = new messages.CheckResponse().setInputs(sealAt(inputs, secretPaths)).setFailuresList(found);
      return { value: response, logged: { inputs: masked(inputs, secretPaths) } };
    });
  }

  private diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const subject = subjectOf(request.getUrn());
    const olds = seen(request.getOldInputs(), request.getOlds());
    const news = open(request.getNews()).values;
    const ignored = request.getIgnorechangesList();
    return this.desk.answer({ ...caller("diff", subject, true), id: request.getId() }, () => {
      const found = this.served.compare(subject, olds, news);
      const kept = Object.entries(found.changes).filter(([path]) => !ignored.some((name) => isWithin(path, name)));
      const changes = Object.fromEntries(kept);
      const replaces = found.replaces.filter((path) => path in changes);
      const words = kept.map(([path, kind]) => [path, replaces.includes(path) ? `${kind}-replace` : kind]);
      const before = found.deleteBeforeReplace && replaces.length > 0;
      return {
        value: diffResponse(changes, replaces, before),
        logged: { changes: Object.fromEntries(words) as Record<string, string> },
      };
    });
  }

  private async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const subject = subjectOf(request.getUrn());
    const response = new messages.CreateResponse();
    return this.change(subject, request.getProperties(), request.getPreview(), undefined, (properties, id) =>
      response.setProperties(properties).setId(id),
    );
  }

  private async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const subject = subjectOf(request.getUrn());
    const old = { id: request.getId(), ...seen(request.getOldInputs(), request.getOlds()) };
    const response = new messages.UpdateResponse();
    return this.change(subject, request.getNews(), request.getPreview(), old, (properties) =>
      response.setProperties(properties),
    );
  }

  /** Makes a resource, or changes the `old` one; in a preview, says what is known of it. */
  private change<Response>(
    subject: Subject,
    asked: Properties,
    preview: boolean,
    old: ChangeCall["old"],
    respond: (properties: Struct, id: string) => Response,
  ): Promise<Response> {
    const { values: inputs, secretPaths } = open(asked);
    const { commands, ...reporting } = this.reporting(subject);
    const call: ChangeCall = { ...subject, inputs, secretPaths, ...(old && { old }), ...reporting };
    const method = old ? "update" : "create";
    const known = {
      ...caller(method, subject, preview),
      ...(old && { id: old.id }),
      inputs: masked(inputs, secretPaths),
    };
    return this.desk.answer(known, () => {
      if (preview) {
        return { value: respond(sealAt(this.served.preview(call), secretPaths), "") };
      }
      const made = this.served[method](call);
      const properties = sealAt(made.outputs, allSecrets(made, secretPaths));
      return {
        value: respond(properties, made.id),
        logged: { id: made.id, ...(commands.length > 0 ? { commands } : {}) },
        afterwards: (message) => initFailed(message, made.id, sealAt(inputs, secretPaths), properties),
      };
    });
  }

  private read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const subject = subjectOf(request.getUrn());
    const olds = seen(request.getInputs(), request.getProperties());
    const secrets = new Set([...open(request.getInputs()).secretPaths, ...open(request.getProperties()).secretPaths]);
    return this.desk.answer({ ...caller("read", subject, false), id: request.getId() }, () => {
      const response = new messages.ReadResponse();
      const found = this.served.read(subject, request.getId(), olds);
      if (found) {
        response.setId(request.getId());
        response.setInputs(sealAt(found.inputs, secrets)).setProperties(sealAt(found.outputs, secrets));
      }
      return { value: response };
    });
  }

  private delete(request: messages.DeleteRequest): Promise<Empty> {
    const subject = subjectOf(request.getUrn());
    const { inputs, outputs } = seen(request.getOldInputs(), request.getProperties());
    const call = { ...subject, id: request.getId(), inputs, outputs, ...this.reporting(subject) };
    return this.desk.answer({ ...caller("delete", subject, false), id: call.id }, () => {
      this.served.delete(call);
      return { value: new Empty(), logged: { commands: call.commands } };
    });
  }

  private invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
    const args = open(request.getArgs());
    const token = request.getTok();
    const inputs = masked(args.values, args.secretPaths);
    return this.desk.answer(
      { method: "invoke", preview: false, urn: "", type: token, name: token.split(":").pop() ?? "", inputs },
      () => ({
        value: new messages.InvokeResponse().setReturn(sealAt(this.served.invoke(token, args.values), new Set())),
      }),
    );
  }

  private reporting({ urn }: Subject) {
    const commands: string[] = [];
    return {
      commands,
      ran: (line: string) => {
        commands.push(line);
      },
      say: (message: string) => {
        this.log.info(urn, message);
      },
    };
  }
}

function subjectOf(urn: string): Subject {
  return { urn, token: tokenOf(urn), name: urn.split("::").slice(3).join("::") };
}

function caller(method: Caller["method"], { urn, token, name }: Subject, preview: boolean): Caller {
  return { method, preview, urn, type: token, name };
}

function seen(inputs: Properties, outputs: Properties): Seen {
  return { inputs: open(inputs).values, outputs: open(outputs).values };
}

function allSecrets(made: Made, secretPaths: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...secretPaths, ...(made.secrets ?? [])]);
}
