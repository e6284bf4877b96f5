import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { EngineLog } from "./engine-log";
import { type Context, type Handler, UserError } from "./handler";
import { answer, diffResponse, isWithin, type Methods, newServer, serve, tokenOf } from "./protocol";
import { open, type Opened, seal } from "./values";

type AnyHandler = Handler<object, object>;
/** The engine's side of the provider: raw gRPC, one typed handler for each resource token. */
export class ProviderServer {
  private readonly handlers: ReadonlyMap<string, AnyHandler>;
  private readonly cancelling = new AbortController();
  private readonly server = newServer();
  private log: EngineLog;

  constructor(
    handlers: readonly unknown[],
    private readonly version: string,
    engineAddress: string | undefined,
  ) {
    // Each handler is given back only what it made itself, so its own types hold.
    this.handlers = new Map((handlers as AnyHandler[]).map((handler) => [handler.token, handler]));
    this.log = new EngineLog(engineAddress);
  }

  /** Serves on a free port of 127.0.0.1 and returns it. */
  async listen(): Promise<number> {
    return serve(this.server, this.methods());
  }

  close(): void {
    this.server.forceShutdown();
  }

  private methods(): Methods {
    return {
      getPluginInfo: answer(() => this.pluginInfo()),
      attach: answer((request) => {
        this.log = new EngineLog(request.getAddress());
        return new Empty();
      }),
      getSchema: answer(() =>
        new messages.GetSchemaResponse().setSchema(`{"name":"scorestack","version":"${this.version}"}`),
      ),
      checkConfig: answer((request) => new messages.CheckResponse().setInputs(request.getNews())),
      diffConfig: answer(() => new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)),
      configure: answer(configured),
      check: answer((request) => this.check(request)),
      diff: answer((request) => this.diff(request)),
      create: answer((request) => this.create(request)),
      update: answer((request) => this.update(request)),
      read: answer((request) => this.read(request)),
      delete: answer((request) => this.delete(request)),
      cancel: answer(() => {
        this.cancelling.abort();
        return new Empty();
      }),
    };
  }

  private pluginInfo(): PluginInfo {
    const info = new PluginInfo();
    info.setVersion(this.version);
    return info;
  }

  private check(request: messages.CheckRequest): messages.CheckResponse {
    const { values } = open(request.getNews());
    // As they came, so that a map stays secret in those members only that are.
    const response = new messages.CheckResponse().setInputs(request.getNews());
    response.setFailuresList(
      this.handler(request.getUrn())
        .check(values)
        .map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason)),
    );
    return response;
  }

  private async diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const olds = open(request.getOlds());
    const oldInputs = request.getOldInputs() ? open(request.getOldInputs()) : olds;
    const news = open(request.getNews());
    const ignored = request.getIgnorechangesList();
    const secrecy = { olds: oldInputs.secretPaths, news: news.secretPaths };
    const found = await this.handler(request.getUrn()).diff(olds.values, oldInputs.values, news.values, secrecy);
    const changes = Object.entries(found.changes).filter(([path]) => !ignored.some((name) => isWithin(path, name)));
    return diffResponse(Object.fromEntries(changes), found.replaces ?? [], found.deleteBeforeReplace ?? false);
  }

  private async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const handler = this.handler(request.getUrn());
    const news = open(request.getProperties());
    const response = new messages.CreateResponse();
    const context = this.context(request.getUrn(), news);
    if (request.getPreview()) {
      return response.setProperties(
        this.sealed(handler, await handler.preview(news.values, undefined, context), [news]),
      );
    }
    const { id, outputs } = await handler.create(news.values, context);
    return response.setId(id).setProperties(this.sealed(handler, outputs, [news]));
  }

  private async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const handler = this.handler(request.getUrn());
    const [olds, news] = [open(request.getOlds()), open(request.getNews())];
    const context = this.context(request.getUrn(), news);
    const outputs = request.getPreview()
      ? await handler.preview(news.values, olds.values, context)
      : await handler.update(olds.values, news.values, context);
    return new messages.UpdateResponse().setProperties(this.sealed(handler, outputs, [news]));
  }

  private async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const handler = this.handler(request.getUrn());
    const olds = open(request.getProperties());
    const outputs = await handler.read(request.getId(), olds.values);
    const response = new messages.ReadResponse();
    if (outputs) {
      response.setId(request.getId()).setProperties(this.sealed(handler, outputs, [olds]));
      response.setInputs(request.getInputs());
    }
    return response;
  }

  private async delete(request: messages.DeleteRequest): Promise<Empty> {
    const olds = open(request.getProperties());
    await this.handler(request.getUrn()).delete(olds.values, this.context(request.getUrn(), olds));
    return new Empty();
  }

  private sealed(handler: AnyHandler, outputs: object, sources: readonly Opened[]): ReturnType<typeof seal> {
    return seal(outputs, new Set([...handler.secrets, ...sources.flatMap(({ secrets }) => [...secrets])]));
  }

  private handler(urn: string): AnyHandler {
    const token = tokenOf(urn);
    const handler = this.handlers.get(token);
    if (!handler) {
      throw new UserError(
        `no resource '${token}' in the scorestack provider; it has ${[...this.handlers.keys()].join(", ")}`,
      );
    }
    return handler;
  }

  private context(urn: string, { secretPaths }: Opened): Context {
    const { log, cancelling } = this;
    return {
      name: urn.split("::").pop() ?? urn,
      info: (message) => {
        log.info(urn, message);
      },
      warn: (message) => {
        log.warn(urn, message);
      },
      progress: (message) => {
        log.progress(urn, message);
      },
      cancelled: cancelling.signal,
      secretPaths,
    };
  }
}

function configured(): messages.ConfigureResponse {
  const response = new messages.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setAcceptresources(true);
  response.setAcceptoutputs(false);
  response.setSupportspreview(true);
  return response;
}
