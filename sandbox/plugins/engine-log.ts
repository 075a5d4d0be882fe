/**
 * Messages of a plugin to the user, by way of the engine: it gives its address as the plugin's first argument and
 * shows what it hears beside the resource (https://github.com/pulumi/pulumi/blob/master/proto/pulumi/engine.proto).
 */
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

let client: EngineClient | undefined;

/** A logger for one resource. Without an engine (a plugin started by hand) messages go to standard error. */
export const logAbout =
  (urn: string) =>
  (severity: "warning" | "status", message: string): void => {
    const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
    if (address === undefined) {
      process.stderr.write(`${severity}: ${message}\n`);
      return;
    }
    client ??= new EngineClient(address, credentials.createInsecure());
    const request = new LogRequest()
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(severity === "status");
    request.setSeverity(severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
    client.log(request, (error) => {
      if (error) process.stderr.write(`${severity}: ${message} (not shown by the engine: ${error.message})\n`);
    });
  };
