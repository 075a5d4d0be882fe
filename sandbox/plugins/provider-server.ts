/**
 * Serves a plugin to Pulumi's engine.
 *
 * The engine speaks gRPC to a plugin (https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto). The
 * server that `@pulumi/pulumi/provider` offers keeps the provider's configuration and the old inputs to itself, and
 * both are needed: endpoints and kubeconfigs come by configuration, and a diff compares inputs with inputs. So this is
 * a server over the same generated protocol with those two passed on.
 *
 * Secrets, outputs and resource references are declined, so that the engine sends plain values and keeps track of
 * secretness by itself. A value that is not known yet (in a preview) is the string `unknown`.
 */
import { isDeepStrictEqual } from "node:util";
import { Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { handleUnaryCall, ServerErrorResponse, UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { endWithEngine } from "./end-with-engine";
import { logAbout } from "./engine-log";
import { messageOf, PartlyCreatedError } from "./provider";
import type { Call, Difference, Existing, Plugin, Properties, Subject, UpdateRequest } from "./provider";

/** Serves the plugin to the engine that started this process: prints the port, as the engine expects, and stays. */
export async function serve(plugin: Plugin): Promise<void> {
  endWithEngine();
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, methods(plugin));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  process.stdout.write(`${port.toString()}\n`);
}

function methods(plugin: Plugin): UntypedServiceImplementation {
  return { ...lifecycle(plugin), ...planning(plugin), ...actions(plugin) };
}

const lifecycle = (plugin: Plugin): UntypedServiceImplementation => ({
  getPluginInfo: unary(() => new PluginInfo().setVersion(plugin.version)),
  getSchema: unary(() => new proto.GetSchemaResponse().setSchema("{}")),
  attach: unary(() => new Empty()),
  cancel: unary(() => {
    plugin.cancel?.();
    return new Empty();
  }),
  configure: unary(async (request: proto.ConfigureRequest) => {
    await plugin.configure(toProperties(request.getArgs()));
    const response = new proto.ConfigureResponse().setSupportspreview(plugin.supportsPreview ?? false);
    return response.setAcceptsecrets(false).setAcceptresources(false).setAcceptoutputs(false);
  }),
  diffConfig: unary((request: proto.DiffRequest) => {
    const [olds, news] = [toProperties(request.getOldInputs()), toProperties(request.getNews())];
    return differing(plugin.diffConfig?.(olds, news) ?? { changes: changedKeys(olds, news) });
  }),
  invoke: unary(async (request: proto.InvokeRequest) => {
    const result = await plugin.invoke(request.getTok(), toProperties(request.getArgs()));
    return new proto.InvokeResponse().setReturn(toStruct(result));
  }),
});

const planning = (plugin: Plugin): UntypedServiceImplementation => ({
  check: unary(async (request: proto.CheckRequest) => {
    const olds = toProperties(request.getOlds());
    const { inputs, failures = [] } = await plugin.check(subjectOf(request), olds, toProperties(request.getNews()));
    const listed = failures.map(({ property, reason }) =>
      new proto.CheckFailure().setProperty(property).setReason(reason),
    );
    return new proto.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(listed);
  }),
  diff: unary(async (request: proto.DiffRequest) => {
    const difference = await plugin.diff(subjectOf(request), {
      id: request.getId(),
      state: toProperties(request.getOlds()),
      olds: toProperties(request.getOldInputs()),
      news: toProperties(request.getNews()),
    });
    return differing(difference);
  }),
});

function differing({ changes, replaces = [], deleteBeforeReplace = false, details }: Difference): proto.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changes])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(details !== undefined);
  for (const [path, kind] of Object.entries(details ?? {}))
    response
      .getDetaileddiffMap()
      .set(path, new proto.PropertyDiff().setKind(proto.PropertyDiff.Kind[kind]).setInputdiff(true));
  return response;
}

const changedKeys = (olds: Properties, news: Properties): string[] =>
  [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => !isDeepStrictEqual(olds[key], news[key]));

const actions = (plugin: Plugin): UntypedServiceImplementation => ({
  create: unary(async (request: proto.CreateRequest) => {
    const { id, state } = await plugin.create(
      subjectOf(request),
      toProperties(request.getProperties()),
      callOf(request, request.getPreview()),
    );
    return new proto.CreateResponse().setId(id).setProperties(toStruct(state));
  }),
  read: unary(async (request: proto.ReadRequest) => {
    const found = await plugin.read(subjectOf(request), {
      id: request.getId(),
      state: toProperties(request.getProperties()),
      inputs: toProperties(request.getInputs()),
    });
    if (!found) return new proto.ReadResponse().setId("");
    const response = new proto.ReadResponse().setId(found.id).setProperties(toStruct(found.state));
    return response.setInputs(toStruct(found.inputs));
  }),
  update: unary(async (request: proto.UpdateRequest) => {
    const change: UpdateRequest = {
      id: request.getId(),
      state: toProperties(request.getOlds()),
      olds: toProperties(request.getOldInputs()),
      news: toProperties(request.getNews()),
    };
    const state = await plugin.update(subjectOf(request), change, callOf(request, request.getPreview()));
    return new proto.UpdateResponse().setProperties(toStruct(state));
  }),
  delete: unary(async (request: proto.DeleteRequest) => {
    const known: Existing = {
      id: request.getId(),
      state: toProperties(request.getProperties()),
      inputs: toProperties(request.getOldInputs()),
    };
    await plugin.delete(subjectOf(request), known, callOf(request, false));
    return new Empty();
  }),
});

function callOf(request: { getUrn(): string; getTimeout(): number }, preview: boolean): Call {
  const seconds = request.getTimeout();
  return { preview, timeoutMs: seconds > 0 ? seconds * 1_000 : undefined, log: logAbout(request.getUrn()) };
}

/** A method of the service; what it throws goes back to the engine as the call's error. */
function unary<Request, Response>(
  answer: (request: Request) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(toGrpcError(error));
        },
      );
  };
}

function toGrpcError(error: unknown): Partial<ServerErrorResponse> {
  const message = messageOf(error);
  if (!(error instanceof PartlyCreatedError)) return { code: status.UNKNOWN, details: message };

  const failed = new proto.ErrorResourceInitFailed();
  failed.setId(error.id).setProperties(toStruct(error.state)).setReasonsList([message]);
  const detail = new Any();
  detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const full = new Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([detail]);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}

/** `urn:pulumi:stack::project::parentType$type::name`; a name may itself hold `::`. */
function subjectOf(request: { getUrn(): string }): Subject {
  const urn = request.getUrn();
  const [, , types = "", ...name] = urn.split("::");
  return { urn, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function toProperties(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function toStruct(properties: Properties): Struct {
  // JSON drops what is undefined, which a Struct cannot hold.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);
}
