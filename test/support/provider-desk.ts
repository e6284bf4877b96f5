import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { ProviderServer } from "../../provider/rpc/server";
import { secretSignature, signatureKey } from "../../provider/rpc/values";

export const secret = (value: unknown) => ({ [signatureKey]: secretSignature, value });

/** Speaks to handlers as the engine does, over gRPC, without an engine. */
export class ProviderDesk {
  private readonly server: ProviderServer;
  private client: ResourceProviderClient | undefined;

  constructor(handlers: readonly unknown[]) {
    this.server = new ProviderServer(handlers, "0.1.0", undefined);
  }

  async open(): Promise<void> {
    const address = `127.0.0.1:${await this.server.listen()}`;
    this.client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
  }

  close(): void {
    this.client?.close();
    this.server.close();
  }

  async check(token: string, inputs: object): Promise<string[]> {
    const request = new messages.CheckRequest().setUrn(urnOf(token)).setNews(struct(inputs));
    const reply = await this.call<messages.CheckResponse>("check", request);
    return reply.getFailuresList().map((failure) => failure.getReason());
  }

  async create(token: string, inputs: object, preview = false) {
    const request = new messages.CreateRequest().setUrn(urnOf(token)).setProperties(struct(inputs)).setPreview(preview);
    const reply = await this.call<messages.CreateResponse>("create", request);
    return { id: reply.getId(), outputs: reply.getProperties()?.toJavaScript() ?? {} };
  }

  async update(token: string, olds: object, news: object, preview = false) {
    const request = new messages.UpdateRequest().setUrn(urnOf(token)).setOlds(struct(olds)).setNews(struct(news));
    const reply = await this.call<messages.UpdateResponse>("update", request.setPreview(preview));
    return reply.getProperties()?.toJavaScript() ?? {};
  }

  /** Property paths that change, each with whether it needs a new resource. */
  async diff(token: string, olds: object, oldInputs: object, news: object): Promise<Record<string, string>> {
    const request = new messages.DiffRequest().setUrn(urnOf(token)).setOlds(struct(olds)).setNews(struct(news));
    const reply = await this.call<messages.DiffResponse>("diff", request.setOldInputs(struct(oldInputs)));
    const replaces = reply.getReplacesList();
    const paths = [...reply.getDetaileddiffMap().keys()] as string[];
    return Object.fromEntries(paths.map((path) => [path, replaces.includes(path) ? "replace" : "update"]));
  }

  /** The resource as it stands; undefined when it is gone. */
  async read(token: string, id: string, outputs: object) {
    const request = new messages.ReadRequest().setUrn(urnOf(token)).setId(id).setProperties(struct(outputs));
    const reply = await this.call<messages.ReadResponse>("read", request);
    return reply.getId() === "" ? undefined : (reply.getProperties()?.toJavaScript() ?? {});
  }

  async delete(token: string, id: string, outputs: object): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(urnOf(token)).setId(id).setProperties(struct(outputs));
    await this.call("delete", request);
  }

  /** As Ctrl-C does. */
  async cancel(): Promise<void> {
    await this.call("cancel", new Empty());
  }

  private call<Reply>(method: string, request: unknown): Promise<Reply> {
    const { client } = this;
    if (!client) {
      throw new Error("the desk is not open");
    }
    return new Promise((resolve, reject) => {
      const done = (problem: Error | null, reply: Reply): void => {
        if (problem) {
          reject(problem);
        } else {
          resolve(reply);
        }
      };
      (client as unknown as Record<string, (request: unknown, answer: typeof done) => void>)[method]?.(request, done);
    });
  }
}

function urnOf(token: string): string {
  return `urn:pulumi:edge::scorestack::${token}::churn`;
}

function struct(properties: object): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Parameters<typeof Struct.fromJavaScript>[0]);
}
