import { type KindInfo, kinds } from "../api/kinds";
import type { Clock } from "../ports/clock";
import { NotFoundError } from "../ports/errors";
import type { Event, Events } from "../ports/events";
import type { Log } from "../ports/log";
import type { Random } from "../ports/random";
import type { Connection } from "./connection";
import { RateLimiter } from "./rate-limiter";

export interface EventRecorderOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The pod we run in; goes into `reportingInstance`. */
  readonly instance: string;
}

const eventsInfo: KindInfo = { apiVersion: "v1", plural: "events", namespaced: true };
const SOURCE = "karpenter";
const DEDUPE_MS = 120_000;
/**
 * Of one reason, so that a storm of one kind of news cannot drown the API server. `Nominated` comes once per planned
 * pod.
 */
const PER_REASON = { qps: 50, burst: 500 };
const RATES: Readonly<Record<string, typeof PER_REASON>> = { Nominated: { qps: 5, burst: 10 } };
/** Remembered events; beyond, the oldest are forgotten and may be told anew. */
const REMEMBERED = 4_096;
/** The API server's bound for an event's message. */
const MESSAGE_LENGTH = 1_024;

interface Told {
  /** Undefined until the server has it. */
  name: string | undefined;
  count: number;
  at: number;
}

/**
 * Writes events to the API server, in the background: nobody waits for them, and one that cannot be written is logged
 * and dropped. What is said again after its dedupe time raises the count of the event that is there.
 */
export class EventRecorder implements Events {
  readonly #options: EventRecorderOptions;
  readonly #told = new Map<string, Told>();
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #sending = new Set<Promise<void>>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  publish(event: Event): void {
    const now = this.#options.clock.now();
    const key = keyOf(event);
    const before = this.#told.get(key);
    if (before && now - before.at < (event.dedupeMs ?? DEDUPE_MS)) return;
    if (!this.#limiter(event.reason).tryTake()) return;
    const told: Told = { name: before?.name, count: (before?.count ?? 0) + 1, at: now };
    this.#remember(key, told);
    const sending = this.#send(event, told)
      .catch((error: unknown) => {
        this.#options.log.error("cannot write an event", {
          reason: event.reason,
          object: event.about.metadata.name,
          error,
        });
      })
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Resolves when everything published so far has been written or dropped. */
  async flush(): Promise<void> {
    await Promise.all(this.#sending);
  }

  #limiter(reason: string): RateLimiter {
    const limiter = this.#limiters.get(reason) ?? new RateLimiter(this.#options.clock, RATES[reason] ?? PER_REASON);
    this.#limiters.set(reason, limiter);
    return limiter;
  }

  /** A Map keeps the order of insertion: the first key is the one told longest ago. */
  #remember(key: string, told: Told): void {
    this.#told.delete(key);
    this.#told.set(key, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
  }

  async #send(event: Event, told: Told): Promise<void> {
    if (told.name !== undefined && (await this.#countUp(event, told.name, told))) return;
    const name = `${event.about.metadata.name}.${this.#options.random.uuid().replaceAll("-", "").slice(0, 16)}`;
    const namespace = namespaceOf(event);
    const body = this.#body(event, { name, namespace, at: told.at });
    told.count = 1;
    await this.#options.connection.send({ verb: "create", info: eventsInfo, target: { namespace }, body });
    told.name = name;
  }

  /** False when the server has forgotten the event; it keeps them for an hour. */
  async #countUp(event: Event, name: string, { count, at }: Told): Promise<boolean> {
    const target = { namespace: namespaceOf(event), name };
    const body = { count, lastTimestamp: seconds(at), message: event.message.slice(0, MESSAGE_LENGTH) };
    try {
      await this.#options.connection.send({ verb: "patch", info: eventsInfo, target, body });
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  #body(
    { about, type, reason, message }: Event,
    is: { readonly name: string; readonly namespace: string; readonly at: number },
  ): object {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    const { apiVersion } = kinds[about.kind];
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: is.name, namespace: is.namespace },
      involvedObject: { apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
      type,
      reason,
      message: message.slice(0, MESSAGE_LENGTH),
      source: { component: SOURCE },
      reportingComponent: SOURCE,
      reportingInstance: this.#options.instance,
      firstTimestamp: seconds(is.at),
      lastTimestamp: seconds(is.at),
      count: 1,
    };
  }
}

const keyOf = ({ about: { kind, metadata }, reason, message, dedupeKey = message }: Event): string =>
  [kind, metadata.namespace, metadata.name, metadata.uid, reason, dedupeKey].join("\n");

/** Events about objects without a namespace live in `default`: the API server insists. */
const namespaceOf = ({ about }: Event): string => about.metadata.namespace ?? "default";

/** Kubernetes' Time: RFC 3339 without fractions. */
const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
