import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Sends messages to the engine, which shows them beside the resource they are about. */
export class EngineLog {
  private readonly client: EngineClient | undefined;
  private pending = Promise.resolve();

  /** @param address the engine's gRPC address; without one (tests, attach) messages go to stderr */
  constructor(address: string | undefined) {
    this.client = address ? new EngineClient(address, grpc.credentials.createInsecure()) : undefined;
  }

  info(urn: string, message: string): void {
    this.send(LogSeverity.INFO, urn, message, false);
  }

  warn(urn: string, message: string): void {
    this.send(LogSeverity.WARNING, urn, message, false);
  }

  progress(urn: string, message: string): void {
    this.send(LogSeverity.INFO, urn, message, true);
  }

  /** Waits until all messages have arrived. */
  flush(): Promise<void> {
    return this.pending;
  }

  private send(severity: LogSeverity, urn: string, message: string, ephemeral: boolean): void {
    const client = this.client;
    if (!client) {
      process.stderr.write(`${message}\n`);
      return;
    }
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    // One after another, so that they are shown in their order; a lost message must not fail the update.
    this.pending = this.pending.then(
      () =>
        new Promise((resolve) => {
          client.log(request, () => {
            resolve();
          });
        }),
    );
  }
}
