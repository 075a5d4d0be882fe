import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "./log-file";
import { killTree } from "./process-tree";
import { Reaper } from "./reaper";

/** A program to run beside others. */
export interface Component {
  /** Names the log file, and the program in every message about it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; by default ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Asked every 100 ms until it says true. A throw counts as "not yet" and is told when the time is up. */
  readonly ready: () => Promise<boolean>;
  readonly readyWithinMs: number;
  /** How long it may take to end after SIGTERM before SIGKILL; 0 is SIGKILL at once. @default 5000 */
  readonly graceMs?: number;
  /** For a program that may end on its own: told how it ended, and its end is then no crash. */
  readonly onExit?: (exit: Exit) => void;
}

/** How a program ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A component that ended without being asked to. */
export interface Crash extends Exit {
  readonly component: string;
  readonly logFile: string;
  readonly lastLines: readonly string[];
}

/** A component that is up. */
export interface Running {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly logFile: string;
  /** Ends it and everything it started; resolves once it is gone. Asking twice is fine. */
  stop(): Promise<void>;
}

const POLL_MS = 100;
const DEFAULT_GRACE_MS = 5_000;

interface Child {
  readonly component: Component;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  stopping: Promise<void> | undefined;
}

/**
 * Starts programs, each in a process group and with a log file of its own, and ends them by process id.
 * When this process goes without calling `stop`, whatever the way, the programs are killed all the same (see `Reaper`).
 */
export class Supervisor {
  /** Settles when the first component ends without being asked to. Never rejects. */
  readonly crashed: Promise<Crash>;
  readonly #logs: string;
  readonly #reaper = new Reaper();
  readonly #children: Child[] = [];
  readonly #guests = new Set<number>();
  readonly #crashes = new EventEmitter<{ crash: [Crash] }>();
  #stopped = false;

  /** Logs go to `<directory>/logs/<component>.log`. */
  constructor(directory: string) {
    this.#logs = join(directory, "logs");
    mkdirSync(this.#logs, { recursive: true });
    this.crashed = new Promise((resolve) => this.#crashes.once("crash", resolve));
  }

  /**
   * Starts a component and waits until it is ready. Throws, with its last log lines, when it ends before
   * that or is not ready in time.
   */
  async start(component: Component): Promise<Running> {
    const child = await this.#spawn(component);
    this.#children.push(child);
    void this.#reportEnd(child);
    // Stopped while it was starting: it was not in the list that was ended.
    if (this.#stopped) await this.#end(child);
    await this.#untilReady(child);
    return { pid: child.pid, logFile: child.logFile, stop: () => this.#end(child) };
  }

  /**
   * Takes in a process that somebody else started: it and all that it started are killed before the components end.
   * Returns how to let it go.
   */
  adopt(pid: number): () => void {
    this.#guests.add(pid);
    this.#reaper.watch(pid);
    return () => {
      this.#guests.delete(pid);
      this.#reaper.forget(pid);
    };
  }

  /**
   * Process id of the component of this name, the one started last; undefined when none is up. For
   * those who want to see it die.
   */
  pidOf(name: string): number | undefined {
    return this.#children.findLast(({ component, exit }) => component.name === name && !exit)?.pid;
  }

  /** Ends every component, the last started first. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#guests].map(killTree));
    for (const child of [...this.#children].reverse()) await this.#end(child);
    this.#reaper.close();
  }

  async #spawn(component: Component): Promise<Child> {
    if (this.#stopped) throw new Error(`${component.name} cannot start: its supervisor is stopped`);
    const logFile = join(this.#logs, `${component.name}.log`);
    const log = openSync(logFile, "a");
    try {
      const { command, args, cwd, env = process.env } = component;
      const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", log, log] });
      const pid = await startedPid(child, component);
      this.#reaper.watch(pid);
      const exited = new Promise<Exit>((resolve) => {
        child.once("exit", (exitCode, signal) => {
          resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
        });
      });
      return { component, pid, logFile, exited, exit: undefined, stopping: undefined };
    } finally {
      closeSync(log);
    }
  }

  async #untilReady(child: Child): Promise<void> {
    const { name, ready, readyWithinMs } = child.component;
    const deadline = performance.now() + readyWithinMs;
    let trouble: unknown;
    while (performance.now() < deadline) {
      if (child.exit)
        throw new Error(await this.#describe(child, `${name} ended before it was ready: ${describeExit(child.exit)}`));
      try {
        if (await ready()) return;
      } catch (error) {
        trouble = error;
      }
      await sleep(POLL_MS);
    }
    const message = await this.#describe(child, `${name} was not ready within ${readyWithinMs / 1000} s`);
    await this.#end(child);
    throw new Error(message, { cause: trouble });
  }

  async #describe(child: Child, what: string): Promise<string> {
    return [`${what}; the end of ${child.logFile}:`, ...(await lastLines(child.logFile))].join("\n");
  }

  async #reportEnd(child: Child): Promise<void> {
    const exit = await child.exited;
    child.exit = exit;
    // What it started may live on in its group; the group's id cannot be given away while that is so.
    signalGroup(child.pid, "SIGKILL");
    this.#reaper.forget(child.pid);
    this.#children.splice(this.#children.indexOf(child), 1);
    const { name, onExit } = child.component;
    if (onExit) {
      onExit(exit);
    } else if (!child.stopping) {
      const { logFile } = child;
      this.#crashes.emit("crash", { component: name, ...exit, logFile, lastLines: await lastLines(logFile) });
    }
  }

  #end(child: Child): Promise<void> {
    child.stopping ??= endGroup(child);
    return child.stopping;
  }
}

/** One line about a crash, for people. */
export const describeCrash = (crash: Crash): string =>
  [
    `${crash.component} ended unexpectedly: ${describeExit(crash)}; the end of ${crash.logFile}:`,
    ...crash.lastLines,
  ].join("\n");

const describeExit = ({ exitCode, signal }: Exit): string =>
  exitCode === undefined ? `signal ${signal ?? "unknown"}` : `exit code ${exitCode}`;

async function endGroup(child: Child): Promise<void> {
  const { graceMs = DEFAULT_GRACE_MS } = child.component;
  if (child.exit) return;
  if (graceMs > 0) {
    signalGroup(child.pid, "SIGTERM");
    const abort = new AbortController();
    const late = sleep(graceMs, "late" as const, { signal: abort.signal }).catch(() => "late" as const);
    const first = await Promise.race([child.exited, late]);
    abort.abort();
    if (first !== "late") return;
  }
  signalGroup(child.pid, "SIGKILL");
  await child.exited;
}

/** A group of which nothing, or (on macOS) nothing but zombies, is left. */
const gone = new Set<unknown>(["ESRCH", "EPERM"]);

/** Signals a whole process group; one that is already gone is fine. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && gone.has(error.code))) throw error;
  }
}

function startedPid(child: ChildProcess, { name, command }: Component): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      reject(new Error(`${name}: cannot run ${command}: ${cause.message}`, { cause }));
    });
    child.once("spawn", () => {
      if (child.pid === undefined) reject(new Error(`${name}: ${command} has no process id`));
      else resolve(child.pid);
    });
  });
}
