import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Log, oneLine } from "../processes/component-log";
import type { Exit, Running } from "../processes/supervisor";
import type { Container, PodSpec } from "./pod";
import type { Target } from "./probe";
import { watchProbe } from "./prober";

/** What a container does now, or did. */
export type ContainerState =
  | { readonly kind: "waiting"; readonly reason: string; readonly message?: string }
  | { readonly kind: "running"; readonly startedAt: Date }
  | { readonly kind: "terminated"; readonly exitCode: number; readonly startedAt: Date; readonly finishedAt: Date };

/** A container's process and what probes of it are aimed at. */
export interface Launched {
  readonly process: Running;
  readonly target: Target;
}

export interface ContainerRunOptions {
  readonly container: Container;
  readonly restartPolicy: NonNullable<PodSpec["restartPolicy"]>;
  /** Starts the process anew; throws when the spec refers to something that is missing. */
  readonly launch: (onExit: (exit: Exit) => void) => Promise<Launched>;
  readonly changed: () => void;
  readonly log: Log;
}

const CONFIG_RETRY_MS = 2_000;
/**
 * The first restart is at once; then it waits, twice as long each time.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
const FORGIVEN_AFTER_MS = 600_000;
/** 128 and SIGKILL's number: what a shell, and a kubelet, say of a killed process. */
const SIGNALLED = 137;

/** One container's life: started, probed, started again when it ends and the policy says so, stopped. */
export class ContainerRun {
  readonly container: Container;
  state: ContainerState = { kind: "waiting", reason: "ContainerCreating" };
  lastState: ContainerState | undefined;
  restarts = 0;
  ready = false;
  /** The startup probe, if any, has succeeded. */
  started = false;
  readonly #options: ContainerRunOptions;
  readonly #stopping = new AbortController();
  #process: Running | undefined;
  #backoffMs = 0;
  #done: Promise<void> | undefined;

  constructor(options: ContainerRunOptions) {
    this.container = options.container;
    this.#options = options;
  }

  /** Resolves when the container has ended for good. */
  run(): Promise<void> {
    this.#done ??= this.#live();
    return this.#done;
  }

  /** Ends it, politely first. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop();
    await this.#done;
  }

  async #live(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const exit = await this.#once();
      if (exit === undefined) {
        await this.#pause(CONFIG_RETRY_MS);
        continue;
      }
      if (!this.#restarts(exit)) return;
      await this.#backOff();
    }
  }

  /** How the process ended; undefined when it could not be started. */
  async #once(): Promise<Exit | undefined> {
    const exits = new EventEmitter<{ exit: [Exit] }>();
    const exited = new Promise<Exit>((resolve) => exits.once("exit", resolve));
    const startedAt = new Date();
    const ending = new AbortController();
    try {
      const { process, target } = await this.#options.launch((exit) => exits.emit("exit", exit));
      this.#process = process;
      this.#enter({ kind: "running", startedAt });
      if (this.#stopping.signal.aborted) void process.stop();
      this.#probe(target, process, ending.signal);
    } catch (error) {
      this.#enter({ kind: "waiting", reason: "CreateContainerConfigError", message: oneLine(error) });
      return undefined;
    }
    const exit = await exited;
    ending.abort();
    this.#options.log(`container ${this.container.name} ended with ${exit.exitCode ?? exit.signal ?? "?"}`);
    this.ready = false;
    this.started = false;
    this.#enter({ kind: "terminated", exitCode: exit.exitCode ?? SIGNALLED, startedAt, finishedAt: new Date() });
    return exit;
  }

  #probe(target: Target, process: Running, signal: AbortSignal): void {
    const { startupProbe } = this.container;
    if (!startupProbe) {
      this.#probeStarted(target, process, signal);
      return;
    }
    const changed = (well: boolean): void => {
      if (!well) void process.stop();
      else if (!this.started) this.#probeStarted(target, process, signal);
    };
    void watchProbe(startupProbe, target, { signal, changed });
  }

  #probeStarted(target: Target, process: Running, signal: AbortSignal): void {
    const { livenessProbe, readinessProbe, name } = this.container;
    this.started = true;
    this.ready = readinessProbe === undefined;
    this.#options.changed();
    if (readinessProbe) {
      const changed = (well: boolean): void => {
        this.ready = well;
        this.#options.changed();
      };
      void watchProbe(readinessProbe, target, { signal, changed });
    }
    if (livenessProbe) {
      const changed = (well: boolean): void => {
        if (well) return;
        this.#options.log(`container ${name} failed its liveness probe and is restarted`);
        void process.stop();
      };
      void watchProbe(livenessProbe, target, { signal, changed });
    }
  }

  #restarts({ exitCode }: Exit): boolean {
    if (this.#stopping.signal.aborted) return false;
    const { restartPolicy } = this.#options;
    return restartPolicy === "Always" || (restartPolicy === "OnFailure" && exitCode !== 0);
  }

  async #backOff(): Promise<void> {
    const ended = this.state;
    this.lastState = ended;
    if (ended.kind === "terminated" && ended.finishedAt.getTime() - ended.startedAt.getTime() > FORGIVEN_AFTER_MS) {
      this.#backoffMs = 0;
    }
    if (this.#backoffMs > 0) this.#enter({ kind: "waiting", reason: "CrashLoopBackOff" });
    await this.#pause(this.#backoffMs);
    this.#backoffMs = Math.min(Math.max(this.#backoffMs * 2, FIRST_BACKOFF_MS), LONGEST_BACKOFF_MS);
    this.restarts += 1;
  }

  /** Cut short when the container is stopped. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }

  #enter(state: ContainerState): void {
    this.state = state;
    this.#options.changed();
  }
}
