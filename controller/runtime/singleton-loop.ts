import type { Singleton } from "./reconciler";
import { type LoopPorts, observed, Retry } from "./reconciler-loop";

/** Runs a singleton's rounds one after the other until `signal` is aborted; resolves once its last round is over. */
export async function runSingleton(singleton: Singleton, ports: LoopPorts, signal: AbortSignal): Promise<void> {
  const { name } = singleton;
  const log = ports.log.with({ controller: name });
  const retry = new Retry(ports);
  const labels = { controller: name };
  while (!signal.aborted) {
    ports.metrics.set("controller_runtime_active_workers", 1, labels);
    const ended = await observed(() => singleton.run(signal), {
      name,
      ports,
      log,
      signal,
      patient: retry.isPatient(name),
    });
    ports.metrics.set("controller_runtime_active_workers", 0, labels);
    // A round that neither waits nor fails still lets everything else have a turn.
    const wait = ended.result === "terminal" ? retry.after(name, { result: "error" }) : retry.after(name, ended);
    // An aborted sleep is how stopping looks from here; the loop's own check ends it.
    await ports.clock.sleep(wait ?? 0, signal).catch(() => undefined);
  }
}
