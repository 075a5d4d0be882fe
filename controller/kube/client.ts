import { type Kind, type Kinds, kinds } from "../api/kinds";
import type { KubeObject } from "../api/kube-object";
import { ConflictError, NotFoundError } from "../ports/errors";
import type { Cache, DeleteOptions, Eviction, Kube, MergePatch, New, ObjectName } from "../ports/kube";
import type { Metrics } from "../ports/metrics";
import type { ApiRequest, Connection } from "./connection";
import { evict } from "./eviction";
import { Informer, type InformerPorts } from "./informer";
import { lean, listAll } from "./list";

export interface KubeClientOptions extends InformerPorts {
  readonly metrics: Metrics;
  /** Which kinds to mirror. @default all of them */
  readonly kinds?: readonly Kind[];
}

const SYNC_POLL_MS = 50;

/** The Kubernetes API through one connection, with a mirror of every kind that we read. */
export class KubeClient implements Kube {
  readonly #options: KubeClientOptions;
  readonly #connection: Connection;
  readonly #informers: ReadonlyMap<Kind, Informer<KubeObject>>;

  constructor(options: KubeClientOptions) {
    this.#options = options;
    this.#connection = options.connection;
    // Object.keys widens to text; the table's keys are exactly the kinds.
    const mirrored = options.kinds ?? (Object.keys(kinds) as Kind[]);
    this.#informers = new Map(mirrored.map((kind) => [kind, new Informer(kinds[kind], options)]));
  }

  /** Mirrors the kinds until `signal` is aborted; resolves when the last watch has ended. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.run(signal)));
  }

  /** The kinds whose first list is still missing. */
  unsynced(): readonly Kind[] {
    return [...this.#informers].filter(([, informer]) => !informer.synced).map(([kind]) => kind);
  }

  /** Resolves once every mirror holds its first list; rejects when `signal` is aborted. */
  async untilSynced(signal: AbortSignal): Promise<void> {
    while (this.unsynced().length > 0) await this.#options.clock.sleep(SYNC_POLL_MS, signal);
  }

  cached<K extends Kind>(kind: K): Cache<Kinds[K]> {
    const informer = this.#informers.get(kind);
    if (!informer) throw new Error(`no mirror of ${kind}: name it in the client's kinds`);
    // The map pairs each kind with the informer of its own type, which a Map's type cannot say.
    return informer.store as unknown as Cache<Kinds[K]>;
  }

  async get<K extends Kind>(kind: K, name: ObjectName): Promise<Kinds[K] | undefined> {
    try {
      return await this.#send(kind, { verb: "get", target: name });
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async list<K extends Kind>(kind: K, options: { readonly fieldSelector?: string } = {}): Promise<readonly Kinds[K][]> {
    return (await listAll<Kinds[K]>(this.#connection, kinds[kind], options)).items;
  }

  async create<K extends Kind>(kind: K, object: New<Kinds[K]>): Promise<Kinds[K]> {
    const body = { apiVersion: kinds[kind].apiVersion, kind, ...object };
    const { namespace } = object.metadata as Partial<ObjectName>;
    return this.#send(kind, { verb: "create", target: { namespace }, body });
  }

  async patch<K extends Kind>(kind: K, name: ObjectName, patch: MergePatch): Promise<Kinds[K]> {
    return this.#send(kind, { verb: "patch", target: name, body: patch });
  }

  async patchStatus<K extends Kind>(kind: K, name: ObjectName, patch: MergePatch): Promise<Kinds[K]> {
    return this.#send(kind, { verb: "patch", target: { ...name, subresource: "status" }, body: patch });
  }

  async delete(kind: Kind, name: ObjectName, { uid, gracePeriodSeconds }: DeleteOptions = {}): Promise<void> {
    const body = {
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    };
    try {
      await this.#connection.send({ verb: "delete", info: kinds[kind], target: nameOnly(name), body });
    } catch (error) {
      // A conflict means that the name belongs to another object now: ours is gone.
      const gone = error instanceof NotFoundError || (uid !== undefined && error instanceof ConflictError);
      if (!gone) throw error;
    }
  }

  evict(pod: ObjectName, uid?: string): Promise<Eviction> {
    return evict(this.#connection, this.#options.metrics, { ...nameOnly(pod), ...(uid === undefined ? {} : { uid }) });
  }

  async #send<K extends Kind>(kind: K, request: Omit<ApiRequest, "info">): Promise<Kinds[K]> {
    const { target = {} } = request;
    const { namespace, name, subresource } = target;
    const only = {
      namespace,
      ...(name === undefined ? {} : { name }),
      ...(subresource === undefined ? {} : { subresource }),
    };
    // The API server answers with the object of the kind that was asked for.
    const object = lean((await this.#connection.send({ ...request, info: kinds[kind], target: only })) as Kinds[K]);
    if (request.verb === "patch") this.#informers.get(kind)?.store.refresh(object);
    return object;
  }
}

/** Callers hand in whole metadata; the path needs two of its fields. */
const nameOnly = ({ name, namespace }: ObjectName): ObjectName =>
  namespace === undefined ? { name } : { name, namespace };
