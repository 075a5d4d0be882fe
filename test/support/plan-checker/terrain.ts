import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import {
  type Alternatives,
  anyOther,
  hostname,
  keyFor,
  mayBeMet,
  nodeWishes,
  type Range,
  wishesKey,
} from "./expression";
import { machineOf, type Purchase, specsOfPool } from "./machine";
import { mayMeet, type Place, purchasesOf, rangeOf } from "./place";
import { untolerated } from "./tolerations";

/** Which nodes a spread constraint looks at, and which domains they make up. */
export interface Terrain {
  /** Nodes that count, with their domain; those whose domain is not settled are left out. */
  readonly domains: ReadonlyMap<Place, string>;
  /** Every domain that is there, or that pools could make for the pod: they count from the start, also when empty. */
  readonly universe: ReadonlySet<string>;
}

/**
 * Nodes count if they have all keys that the pod spreads over, and the pod could go there: by its node selector and
 * affinity unless nodeAffinityPolicy is Ignore, by its tolerations if nodeTaintsPolicy is Honor
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/). Domains that nobody knows of
 * but other planned nodes count once they have pods: without, they may as well come later.
 */
interface Filter {
  readonly key: string;
  readonly keys: readonly string[];
  readonly wishes: Alternatives;
  readonly ignoresWishes: boolean;
  readonly tolerations: Pod["spec"]["tolerations"] | undefined;
}

/** Nodes that could be made: each type that a pool may have, in each way in which it is for sale. */
interface Prospect {
  readonly witnesses: Purchase["witnesses"];
  readonly taints: Place["taints"];
}

/** Terrains of a problem, each worked out once. */
export class Atlas {
  readonly #places: readonly Place[];
  readonly #prospects: readonly Prospect[];
  readonly #known = new Map<string, Terrain>();

  constructor(places: readonly Place[], problem: Problem) {
    this.#places = places;
    this.#prospects = problem.pools.flatMap(({ pool, instanceTypes }) =>
      instanceTypes
        .flatMap((type) => machineOf(type, { pool, specs: specsOfPool(pool) }).purchases)
        .map(({ witnesses }) => ({ witnesses, taints: pool.spec.template.spec.taints ?? [] })),
    );
  }

  terrainOf(constraint: TopologySpreadConstraint, pod: Pod): Terrain {
    const { topologyKey, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
    const filter: Filter = {
      key: keyFor(topologyKey),
      keys: hardConstraintsOf(pod).map((each) => each.topologyKey),
      wishes: nodeWishes(pod.spec),
      ignoresWishes: nodeAffinityPolicy === "Ignore",
      tolerations: nodeTaintsPolicy === "Honor" ? (pod.spec.tolerations ?? []) : undefined,
    };
    const signature = JSON.stringify([
      filter.key,
      filter.keys,
      filter.tolerations,
      nodeAffinityPolicy,
      wishesKey(pod.spec),
    ]);
    const terrain = this.#known.get(signature) ?? this.#survey(filter);
    this.#known.set(signature, terrain);
    return terrain;
  }

  #survey(filter: Filter): Terrain {
    const domains = new Map<Place, string>();
    for (const place of this.#places.filter((each) => counts(each, filter))) {
      const { settled } = rangeOf(place, filter.key);
      if (settled !== undefined) domains.set(place, settled);
    }
    const present = [...domains].filter(([place]) => place.state !== undefined || filter.key === hostname);
    return { domains, universe: new Set([...present.map(([, domain]) => domain), ...this.#prospective(filter)]) };
  }

  /** There is no telling how many hostnames there could be; those that are there or planned make up the universe. */
  #prospective(filter: Filter): readonly string[] {
    if (filter.key === hostname) return [];
    return this.#prospects.flatMap((prospect) => reachedIn(prospect, filter));
  }
}

export const hardConstraintsOf = ({ spec }: Pod): readonly TopologySpreadConstraint[] =>
  (spec.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule");

function counts(place: Place, { keys, wishes, ignoresWishes, tolerations }: Filter): boolean {
  if (keys.some((key) => rangeOf(place, key).mayBeAbsent)) return false;
  if (tolerations !== undefined && untolerated(tolerations, place.taints).length > 0) return false;
  if (ignoresWishes) return true;
  return purchasesOf(place).some((purchase) => mayMeet(place, purchase, wishes));
}

/**
 * The values for the key with which the prospect would be a node that the pod may go to. A hostname that the pod asks
 * for keeps it off every node to come.
 */
function reachedIn({ witnesses, taints }: Prospect, { key, wishes, tolerations }: Filter): readonly string[] {
  if (tolerations !== undefined && untolerated(tolerations, taints).length > 0) return [];
  const others: Range = (other, mentioned) => (other === hostname ? [anyOther] : witnesses(other, mentioned));
  return witnesses(key)
    .filter((label) => label !== undefined)
    .filter((value) => value !== anyOther)
    .filter((value) => mayBeMet(wishes, (other, mentioned) => (other === key ? [value] : others(other, mentioned))));
}
