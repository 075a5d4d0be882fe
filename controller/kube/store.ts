import { type KubeObject, keyOf } from "../api/kube-object";
import type { Cache } from "../ports/kube";
import type { Log } from "../ports/log";

type Listener<T> = Parameters<Cache<T>["subscribe"]>[0];

/** What a watch has seen of a kind, and who wants to hear about it. */
export class Store<T extends KubeObject> implements Cache<T> {
  readonly #log: Log;
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<Listener<T>>();
  #list: readonly T[] | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /** The same array until something changes. */
  list(): readonly T[] {
    this.#list ??= [...this.#objects.values()];
    return this.#list;
  }

  subscribe(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    for (const [key, object] of this.#objects) this.#tell(listener, [key, object, undefined]);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Takes an object as the watch shows it, unless our own write has shown a later version already. */
  put(object: T): void {
    const before = this.#objects.get(keyOf(object));
    if (!before || isNewer(object, before)) this.#take(object);
  }

  /**
   * Takes what a write of ours was answered with, so that the next look does not decide on what it has changed already.
   * Only for what is there: an object that the watch has taken away meanwhile must not come back.
   */
  refresh(object: T): void {
    if (this.#objects.has(keyOf(object))) this.put(object);
  }

  remove(key: string): void {
    const before = this.#objects.get(key);
    if (!before) return;
    this.#objects.delete(key);
    this.#changed(key, undefined, before);
  }

  /** Takes a whole list as the truth, older versions after a restore included: what is not in it is gone. */
  replace(objects: readonly T[]): void {
    const keys = new Set(objects.map(keyOf));
    for (const key of [...this.#objects.keys()]) if (!keys.has(key)) this.remove(key);
    for (const object of objects) this.#take(object);
  }

  #take(object: T): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    this.#changed(key, object, before);
  }

  #changed(...change: Parameters<Listener<T>>): void {
    this.#list = undefined;
    for (const listener of this.#listeners) this.#tell(listener, change);
  }

  /** One listener's fault must not keep the news from the others, or end the watch. */
  #tell(listener: Listener<T>, change: Parameters<Listener<T>>): void {
    try {
      listener(...change);
    } catch (error) {
      this.#log.error("a cache listener failed", { key: change[0], error });
    }
  }
}

/**
 * Versions of one object can be compared as numbers
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions); another object of the same name is
 * always news.
 */
function isNewer({ metadata: now }: KubeObject, { metadata: before }: KubeObject): boolean {
  return now.uid !== before.uid || !(Number(now.resourceVersion) <= Number(before.resourceVersion));
}
