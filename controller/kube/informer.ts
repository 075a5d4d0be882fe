import type { KindInfo } from "../api/kinds";
import { type KubeObject, keyOf } from "../api/kube-object";
import type { Clock } from "../ports/clock";
import { NotFoundError } from "../ports/errors";
import type { Log } from "../ports/log";
import type { Random } from "../ports/random";
import { ApiError } from "./api-errors";
import type { Connection } from "./connection";
import { lean, listAll } from "./list";
import { Store } from "./store";

export interface InformerPorts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The server ends a watch after a time of our choosing; spread out, so that not all watches end together. */
const WATCH_SECONDS = { least: 300, spread: 300 } as const;
/** On top of the agreed end: after that the connection is taken for dead. */
const WATCH_GRACE_MS = 30_000;
const BACKOFF = { firstMs: 200, mostMs: 30_000 } as const;
/** A watch that lived this long was healthy: its end starts no back-off. */
const HEALTHY_MS = 5_000;

/**
 * The server no longer has the changes since our version: list again.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses
 */
class Expired extends Error {}

/**
 * Mirrors one kind: lists it page by page, then watches from there, for ever. Resumes where a watch ended; lists anew
 * when the server has forgotten that version; backs off while the server is away.
 */
export class Informer<T extends KubeObject> {
  readonly store: Store<T>;
  readonly #info: KindInfo;
  readonly #ports: InformerPorts;
  /** The version up to which the store is complete; undefined: list first. */
  #version: string | undefined;
  #synced = false;
  #failures = 0;

  constructor(info: KindInfo, ports: InformerPorts) {
    this.#info = info;
    this.#ports = { ...ports, log: ports.log.with({ informer: info.plural }) };
    this.store = new Store(this.#ports.log);
  }

  /**
   * Whether the first list is in, or the kind is not installed and need not be. It stays so: later gaps are lag, not
   * ignorance.
   */
  get synced(): boolean {
    return this.#synced;
  }

  /** Runs until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports;
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      const startedAt = clock.now();
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
        if (clock.now() - startedAt >= HEALTHY_MS) this.#failures = 0;
      } catch (error) {
        if (stopped()) return;
        if (outdated(error)) this.#version = undefined;
        else if (this.#isNotInstalled(error)) log.error("the kind is not installed, trying again", { error });
        else if (busy(error)) log.info("the API server is busy, trying again", { error });
        else log.error("watching failed, trying again", { error });
      }
      await this.#pause(signal);
    }
  }

  /** A kind that belongs to a feature holds nobody up: without its definition there is none of it. */
  #isNotInstalled(error: unknown): boolean {
    if (this.#info.features === undefined || !(error instanceof NotFoundError)) return false;
    this.#version = undefined;
    this.store.replace([]);
    this.#synced = true;
    return true;
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#ports;
    const most = Math.min(BACKOFF.mostMs, BACKOFF.firstMs * 2 ** this.#failures);
    this.#failures += 1;
    // An aborted sleep is how stopping looks from here; the loop's own check ends it.
    await clock.sleep(most * (0.5 + random.fraction() / 2), signal).catch(() => undefined);
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { items, resourceVersion } = await listAll<T>(this.#ports.connection, this.#info, { signal });
    this.store.replace(items);
    this.#synced = true;
    return resourceVersion;
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { connection, random } = this.#ports;
    const seconds = Math.round(WATCH_SECONDS.least + WATCH_SECONDS.spread * random.fraction());
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: from,
      timeoutSeconds: String(seconds),
    };
    const deadline = AbortSignal.timeout(seconds * 1_000 + WATCH_GRACE_MS);
    const request = { verb: "watch", info: this.#info, query, signal: AbortSignal.any([signal, deadline]) } as const;
    for await (const line of connection.lines(request)) {
      if (line !== "") this.#apply(JSON.parse(line) as WatchEvent<T>);
    }
  }

  #apply(event: WatchEvent<T>): void {
    if (event.type === "ERROR") throw new Expired(event.object.message ?? "the watch ended with an error");
    this.#version = event.object.metadata.resourceVersion ?? this.#version;
    this.#failures = 0;
    if (event.type === "DELETED") this.store.remove(keyOf(event.object));
    else if (event.type !== "BOOKMARK") this.store.put(lean(event.object));
  }
}

type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: T }
  | { readonly type: "ERROR"; readonly object: { readonly message?: string } };

/** Also what the API server answers for a moment when a kind has just been defined. */
const busy = (error: unknown): boolean => error instanceof ApiError && error.status.code === 429;

/** 410 while listing or opening a watch; 504 is what a version from the future gets after a restore of etcd. */
const outdated = (error: unknown): boolean =>
  error instanceof Expired || (error instanceof ApiError && [410, 504].includes(error.status.code));
