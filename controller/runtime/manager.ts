import type { Singleton } from "./reconciler";
import { type AnyReconciler, type LoopPorts, runReconciler } from "./reconciler-loop";
import { runSingleton } from "./singleton-loop";

export interface ManagerOptions extends LoopPorts {
  /** The mirrors behind `kube.cached`. */
  readonly mirrors: {
    run(signal: AbortSignal): Promise<void>;
    untilSynced(signal: AbortSignal): Promise<void>;
  };
  readonly leadership: Leadership;
  readonly reconcilers: readonly AnyReconciler[];
  readonly singletons: readonly Singleton[];
}

/** The right to act. One replica has it at a time. */
export interface Leadership {
  /**
   * Waits for the right, works, gives it back. The work's signal is aborted when `signal` is, or when the right is
   * lost; in that case `hold` rejects once the work is over.
   */
  hold(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/**
 * Runs everything: first the mirrors, so that a replica which comes to lead is warm; then, while it leads, every
 * reconciler and singleton. Stops in the opposite order when `signal` is aborted, and resolves when all is still.
 * Rejects when leadership is lost.
 */
export async function runManager(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { mirrors, leadership, log } = options;
  const ended = new AbortController();
  // Mirrors outlive the controllers, whose last calls still read them.
  const mirroring = mirrors.run(ended.signal);
  try {
    await mirrors.untilSynced(signal);
    log.info("caches are synced");
    await leadership.hold((leading) => runAll(options, leading), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    ended.abort();
    await mirroring;
  }
}

async function runAll(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { reconcilers, singletons, log } = options;
  log.info("starting controllers", { reconcilers: reconcilers.length, singletons: singletons.length });
  await Promise.all([
    ...reconcilers.map((reconciler) => start(reconciler, options, signal)),
    ...singletons.map((singleton) => runSingleton(singleton, options, signal)),
  ]);
  log.info("controllers have stopped");
}

/** Each member of the union is a reconciler of one kind, which the call below needs to see one at a time. */
const start = (reconciler: AnyReconciler, ports: LoopPorts, signal: AbortSignal): Promise<void> =>
  runReconciler(reconciler as Parameters<typeof runReconciler>[0], ports, signal);
