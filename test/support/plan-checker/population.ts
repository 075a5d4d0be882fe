import type { Labels } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import { grouped, type Members } from "./grouped";
import type { Place } from "./place";
import { namespaceOf, type PodSelector, selects } from "./selector";

/** A pod where it will be. */
export interface Settler {
  readonly pod: Pod;
  readonly place: Place;
  readonly isNew: boolean;
}

interface PodKind {
  readonly namespace: string;
  readonly labels: Labels;
  readonly members: readonly Settler[];
}

/** Everybody who will be on some node, found by what selectors ask for. Pods that are going count for nobody. */
export class Population {
  readonly all: readonly Settler[];
  readonly #kinds: readonly PodKind[];
  readonly #selected = new Map<string, readonly Settler[]>();

  constructor(places: readonly Place[]) {
    this.all = places.flatMap((place) => [
      ...place.residents.filter(isStaying).map((pod) => ({ pod, place, isNew: false })),
      ...place.arrivals.map((pod) => ({ pod, place, isNew: true })),
    ]);
    const byKind = grouped(this.all, ({ pod }) => JSON.stringify([namespaceOf(pod), pod.metadata.labels]));
    this.#kinds = [...byKind.values()].map((members) => kindOf(members));
  }

  selectedBy(selector: PodSelector): readonly Settler[] {
    const key = JSON.stringify(selector);
    const known = this.#selected.get(key);
    if (known !== undefined) return known;
    const kinds = this.#kinds.filter(({ namespace, labels }) => selects(selector, namespace, labels));
    const selected = kinds.flatMap(({ members }) => members);
    this.#selected.set(key, selected);
    return selected;
  }
}

const isStaying = ({ metadata }: Pod): boolean => metadata.deletionTimestamp === undefined;

function kindOf(members: Members<Settler>): PodKind {
  const [{ pod }] = members;
  return { namespace: namespaceOf(pod), labels: pod.metadata.labels ?? {}, members };
}
