import * as grpc from "@grpc/grpc-js";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Changes, ChangeKind } from "./diff";
import { diskProblem } from "./disk";
import { UserError } from "./handler";
import { topLevel } from "./values";

/** What a provider answers; the engine is told that it lacks the rest. */
export type Methods = Partial<IResourceProviderServer>;

const kinds: Record<ChangeKind, [plain: messages.PropertyDiff.Kind, replace: messages.PropertyDiff.Kind]> = {
  add: [messages.PropertyDiff.Kind.ADD, messages.PropertyDiff.Kind.ADD_REPLACE],
  delete: [messages.PropertyDiff.Kind.DELETE, messages.PropertyDiff.Kind.DELETE_REPLACE],
  update: [messages.PropertyDiff.Kind.UPDATE, messages.PropertyDiff.Kind.UPDATE_REPLACE],
};

export function newServer(): grpc.Server {
  return new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
}

/** Serves a provider on 127.0.0.1 and returns the port: the one given, else a free one. */
export async function serve(server: grpc.Server, methods: Methods, port = 0): Promise<number> {
  server.addService(ResourceProviderService, withRefusals(methods));
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (problem, bound) => {
      if (problem) {
        reject(problem);
      } else {
        resolve(bound);
      }
    });
  });
}

function withRefusals(methods: Methods): grpc.UntypedServiceImplementation {
  const unimplemented = Object.fromEntries(
    Object.keys(ResourceProviderService).map((name) => [
      name,
      (_: unknown, callback: grpc.sendUnaryData<Empty>) => {
        callback({ code: grpc.status.UNIMPLEMENTED, details: `${name} is not implemented` });
      },
    ]),
  );
  return { ...unimplemented, ...methods } as grpc.UntypedServiceImplementation;
}

/** Type token of a URN's resource: `scorestack:local:Model`. */
export function tokenOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

/** A failure that is told to the engine as it stands: with a code, and details for the engine itself. */
export class CallError extends UserError {
  constructor(
    message: string,
    readonly code: grpc.status = grpc.status.UNKNOWN,
    readonly metadata?: grpc.Metadata,
  ) {
    super(message);
  }
}

/** Turns a function into a gRPC method; what it throws becomes the error that the user sees. */
export function answer<Request, Response>(
  method: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => method(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (problem: unknown) => {
          const error = problem instanceof Error ? problem : new Error(String(problem));
          const plain = error instanceof UserError ? error.message : diskProblem(error);
          const details = plain ?? error.stack ?? error.message;
          const { code = grpc.status.UNKNOWN, metadata } = error instanceof CallError ? error : {};
          callback({ code, details, ...(metadata && { metadata }) });
        },
      );
  };
}

/** What a comparison says; `replaces` are the paths whose change needs a new resource. */
export function diffResponse(
  changes: Changes,
  replaces: readonly string[],
  deleteBeforeReplace: boolean,
): messages.DiffResponse {
  const paths = Object.keys(changes);
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse().setChanges(paths.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDiffsList([...new Set(paths.map(topLevel))]);
  response.setReplacesList(paths.filter((path) => replaces.includes(path)));
  response.setDeletebeforereplace(deleteBeforeReplace);
  for (const [path, kind] of Object.entries(changes)) {
    const [plain, replace] = kinds[kind];
    const property = new messages.PropertyDiff().setInputdiff(true);
    property.setKind(replaces.includes(path) ? replace : plain);
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}

/** Whether a property path is, or lies below, one that changes are ignored at. */
export function isWithin(path: string, ignored: string): boolean {
  return path === ignored || path.startsWith(`${ignored}.`) || path.startsWith(`${ignored}[`);
}
