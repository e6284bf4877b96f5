import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { CallError } from "../../../provider/rpc/protocol";

/** What the engine is told when a resource was made, or changed, and did not become what it should: it keeps the resource in its state. */
export function initFailed(message: string, id: string, inputs: Struct, outputs: Struct): CallError {
  const detail = new messages.ErrorResourceInitFailed()
    .setId(id)
    .setInputs(inputs)
    .setProperties(outputs)
    .setReasonsList([message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return new CallError(message, grpc.status.UNKNOWN, metadata);
}
