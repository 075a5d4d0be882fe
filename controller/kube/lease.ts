import type { KindInfo } from "../api/kinds";
import type { Clock } from "../ports/clock";
import { AlreadyExistsError, ConflictError, NotFoundError } from "../ports/errors";
import type { Log } from "../ports/log";
import type { Metrics } from "../ports/metrics";
import type { Connection } from "./connection";

export interface LeaseOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly name: string;
  readonly namespace: string;
  /** Who we are: `<pod name>_<uid>`. */
  readonly holder: string;
  /** @default client-go's */
  readonly times?: LeaseTimes;
}

export interface LeaseTimes {
  /** After so long without renewal, others take over. */
  readonly durationMs: number;
  /** After so long without renewal, we stop. Less than `durationMs`, so that two never lead at once. */
  readonly renewWithinMs: number;
  /** Between two attempts. */
  readonly retryMs: number;
}

const defaultTimes: LeaseTimes = { durationMs: 15_000, renewWithinMs: 10_000, retryMs: 2_000 };

/** Another replica leads now, or nobody knows. Whatever we had in hand must stop: end the process. */
export class LeadershipLostError extends Error {
  override readonly name = "LeadershipLostError";
}

const leases: KindInfo = { apiVersion: "coordination.k8s.io/v1", plural: "leases", namespaced: true };

interface LeaseObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/**
 * Leader election on a Lease. A lease is free when nobody holds it, or when its holder has not renewed it for its
 * duration on our own clock, counted from when we saw the last renewal: clocks of two machines are never compared.
 * https://kubernetes.io/docs/concepts/architecture/leases/
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #times: LeaseTimes;
  /** The lease as we last saw it change, and when that was. */
  #seen: { readonly version: string | undefined; readonly at: number } | undefined;
  #renewedAt: number | undefined;

  constructor(options: LeaseOptions) {
    this.#options = { ...options, log: options.log.with({ lease: options.name }) };
    this.#times = options.times ?? defaultTimes;
  }

  /**
   * True once renewal is overdue by more than the whole lease: then this process is stuck, since it should
   * have ended itself long ago.
   */
  get stuck(): boolean {
    return this.#renewedAt !== undefined && this.#options.clock.now() - this.#renewedAt > 2 * this.#times.durationMs;
  }

  /**
   * Waits until the lease is ours, works while it is, gives it back. Rejects with LeadershipLostError, once the work
   * is over, when it got lost.
   */
  async hold(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { log, metrics, name } = this.#options;
    await this.#acquire(signal);
    log.info("leading", { holder: this.#options.holder });
    metrics.set("leader_election_master_status", 1, { name });
    const over = new AbortController();
    const lost = new AbortController();
    const renewing = this.#renew(over.signal).catch((error: unknown) => {
      lost.abort(error);
    });
    try {
      await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      over.abort();
      await renewing;
      this.#renewedAt = undefined;
      metrics.set("leader_election_master_status", 0, { name });
    }
    // The reason is the LeadershipLostError of #renew, which nothing else aborts with.
    if (lost.signal.aborted) throw lost.signal.reason as Error;
    await this.#release();
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      try {
        if (await this.#try()) return;
      } catch (error) {
        log.error("cannot ask for leadership, trying again", { error });
      }
      await clock.sleep(this.#times.retryMs, signal);
    }
  }

  /** Renews until `over` is aborted; rejects when the lease is lost. */
  async #renew(over: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const stopped = (): boolean => over.aborted;
    for (;;) {
      await clock.sleep(this.#times.retryMs, over).catch(() => undefined);
      if (stopped()) return;
      const ours = await this.#try().catch((error: unknown) => {
        log.error("cannot renew the lease, trying again", { error });
        return undefined;
      });
      if (ours === false)
        throw new LeadershipLostError(`lease ${this.#options.name} was taken over by another replica`);
      const sinceMs = clock.now() - (this.#renewedAt ?? 0);
      if (sinceMs > this.#times.renewWithinMs)
        throw new LeadershipLostError(
          `lease ${this.#options.name} could not be renewed for ${Math.round(sinceMs / 1_000)} s`,
        );
    }
  }

  /**
   * Takes or renews the lease, whichever is due; whether it is ours now. Throws when the API server cannot be asked.
   */
  async #try(): Promise<boolean> {
    const askedAt = this.#options.clock.now();
    const found = await this.#read();
    if (found && !this.#isFree(found)) return false;
    const written = await this.#write(found, this.#claim(found));
    // Counted from before the request: the others may have counted from then on, too.
    if (written) this.#renewedAt = askedAt;
    return written;
  }

  #isFree({ metadata: { resourceVersion }, spec }: LeaseObject): boolean {
    const now = this.#options.clock.now();
    if (this.#seen?.version !== resourceVersion) this.#seen = { version: resourceVersion, at: now };
    const { holderIdentity = "", leaseDurationSeconds = this.#times.durationMs / 1_000 } = spec ?? {};
    if (holderIdentity === "" || holderIdentity === this.#options.holder) return true;
    return now - (this.#seen?.at ?? now) > leaseDurationSeconds * 1_000;
  }

  /** The lease's new spec. */
  #claim(found: LeaseObject | undefined): NonNullable<LeaseObject["spec"]> {
    const { holder, clock } = this.#options;
    const now = microTime(clock.now());
    const spec = found?.spec ?? {};
    const renewal = spec.holderIdentity === holder;
    return {
      ...spec,
      holderIdentity: holder,
      leaseDurationSeconds: Math.ceil(this.#times.durationMs / 1_000),
      acquireTime: renewal ? (spec.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (found && !renewal ? 1 : 0),
    };
  }

  /** Hands the lease over at once; when that fails, it runs out by itself. */
  async #release(): Promise<void> {
    const { holder, log } = this.#options;
    try {
      const found = await this.#read();
      if (found?.spec?.holderIdentity !== holder) return;
      await this.#write(found, { ...found.spec, holderIdentity: "", leaseDurationSeconds: 1 });
      log.info("released the lease");
    } catch (error) {
      log.error("cannot release the lease, it will run out", { error });
    }
  }

  async #read(): Promise<LeaseObject | undefined> {
    const { connection, name, namespace } = this.#options;
    try {
      const target = { namespace, name };
      // The API server answers with a Lease.
      return (await connection.send({
        verb: "get",
        info: leases,
        target,
        urgent: true,
        signal: this.#deadline(),
      })) as LeaseObject;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** False when somebody else was faster. */
  async #write(found: LeaseObject | undefined, spec: NonNullable<LeaseObject["spec"]>): Promise<boolean> {
    const { connection, name, namespace } = this.#options;
    const metadata = found?.metadata ?? { name, namespace };
    const body = { apiVersion: leases.apiVersion, kind: "Lease", metadata, spec };
    const request = found
      ? ({ verb: "update", target: { namespace, name } } as const)
      : ({ verb: "create", target: { namespace } } as const);
    try {
      await connection.send({ ...request, info: leases, body, urgent: true, signal: this.#deadline() });
      return true;
    } catch (error) {
      if (error instanceof ConflictError || error instanceof AlreadyExistsError) return false;
      throw error;
    }
  }

  /** A request that hangs must not eat the time in which another could still renew. */
  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#times.renewWithinMs / 2);
  }
}

/** Kubernetes' MicroTime: RFC 3339 with six digits. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");
