import type { Worker, WorkerOptions } from "node:worker_threads";
import packageJson from "../package.json";
import type { LogLevel } from "./runtime/json-log";
import { Credentials } from "./kube/credentials";
import { commandLine, type Flags, readSettings, SettingsError } from "./options";
import { JsonLog } from "./runtime/json-log";
import { systemClock } from "./runtime/system-clock";
import { run } from "./wire";

/** Longer than this, what is at work is given up: Kubernetes would kill us 10 s later in any case. */
const STOP_WITHIN_MS = 20_000;

const { version } = packageJson;

type StartThread = (options: WorkerOptions) => Worker;

const logTo = (stream: NodeJS.WriteStream, level: LogLevel): JsonLog =>
  new JsonLog({
    level,
    clock: systemClock,
    fields: { version },
    write: (line) => stream.write(`${line}\n`),
  });

/** Aborted by SIGTERM or SIGINT. When stopping takes too long, the process ends all the same. */
function stopSignal(log: JsonLog): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    log.info("stopping", { signal: name });
    stop.abort(new Error(`stopped by ${name}`));
    setTimeout(() => {
      log.error("giving up what is still at work", { afterMs: STOP_WITHIN_MS });
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
  };
  process.once("SIGTERM", onSignal).once("SIGINT", onSignal);
  return stop.signal;
}

async function main(startThread: StartThread): Promise<void> {
  const command = commandLine(version).parse();
  const settings = readSettings(command.opts<Flags>(), process.env);
  const log = logTo(process[settings.logOutputPaths], settings.logLevel);
  process.on("uncaughtException", (error) => {
    log.error("uncaught error", { error });
    process.exit(1);
  });
  const signal = stopSignal(log);
  log.info("starting", { cluster: settings.clusterName, region: settings.region });
  const credentials = Credentials.default(process.env, systemClock);
  await run({ settings, credentials, log, version, startThread }, signal);
  log.info("stopped");
}

/** The controller as a process: reads its settings, runs until it is told to stop, and says what is wrong. */
export async function runProgram(startThread: StartThread): Promise<never> {
  try {
    await main(startThread);
  } catch (error) {
    const message = error instanceof SettingsError ? "the settings are wrong" : "the controller cannot go on";
    logTo(process.stdout, "info").error(message, { error });
    process.exit(1);
  }
  // Connections that are kept alive would hold the process for a while.
  process.exit(0);
}
