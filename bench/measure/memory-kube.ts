import { type Kind, type Kinds, kinds } from "#controller/api/kinds";
import type { KubeObject } from "#controller/api/kube-object";
import { Store } from "#controller/kube/store";
import type { Kube } from "#controller/ports/kube";
import { systemClock } from "#controller/runtime/system-clock";
import { silentLog } from "#support/silence";

/** How long an API server takes to store a small object. */
const ANSWER_MS = 5;

/**
 * Caches without an API server behind them; what is created comes back with a name and is not shown, so that nothing
 * changes.
 */
export class MemoryKube {
  readonly #stores = new Map(Object.keys(kinds).map((kind) => [kind, new Store<KubeObject>(silentLog)]));
  created = 0;

  show(kind: Kind, objects: readonly KubeObject[]): void {
    for (const object of objects) this.#store(kind).put(object);
  }

  /** What provisioning asks of the API. */
  get kube(): Pick<Kube, "cached" | "create"> {
    return {
      // Each store was filled with objects of its kind.
      cached: (kind) => this.#store(kind) as unknown as Store<Kinds[typeof kind]>,
      create: (_, object) => {
        const name = `claim-${++this.created}`;
        // As the server answers.
        const made = JSON.parse(JSON.stringify({ ...object, metadata: { ...object.metadata, name } })) as never;
        return systemClock.sleep(ANSWER_MS).then(() => made);
      },
    };
  }

  #store(kind: string): Store<KubeObject> {
    const store = this.#stores.get(kind);
    if (store === undefined) throw new Error(`no kind ${kind}`);
    return store;
  }
}
