import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import { keyFor, wishesKey } from "./expression";
import { grouped } from "./grouped";
import { nameOf } from "./place";
import type { Population, Settler } from "./population";
import { ofConstraint, type PodSelector } from "./selector";
import { type Atlas, hardConstraintsOf, type Terrain } from "./terrain";

/** Constraints of pods that ask for the same. */
export interface SpreadGroup {
  readonly text: string;
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly terrain: Terrain;
  /** Pods that ask for it, among the new ones. */
  readonly owners: readonly Settler[];
  /** Pods that it counts. */
  readonly counted: readonly Settler[];
}

interface Asking {
  readonly settler: Settler;
  readonly constraint: TopologySpreadConstraint;
  readonly selector: PodSelector;
}

export function spreadGroupsOf(population: Population, atlas: Atlas): readonly SpreadGroup[] {
  const asking = population.all
    .filter(({ isNew }) => isNew)
    .flatMap((settler) =>
      hardConstraintsOf(settler.pod).map((constraint): Asking => ({
        settler,
        constraint,
        selector: ofConstraint(constraint, settler.pod),
      })),
    );
  return [...grouped(asking, signatureOf).values()].map((members) => {
    const [{ constraint, selector, settler }] = members;
    return {
      text: textOf(constraint, settler.pod),
      key: keyFor(constraint.topologyKey),
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      terrain: atlas.terrainOf(constraint, settler.pod),
      owners: members.map((each) => each.settler),
      counted: population.selectedBy(selector),
    };
  });
}

const signatureOf = ({ constraint, selector, settler: { pod } }: Asking): string =>
  JSON.stringify([
    { ...constraint, labelSelector: undefined, matchLabelKeys: undefined },
    selector,
    wishesKey(pod.spec),
    constraint.nodeTaintsPolicy === "Honor" ? pod.spec.tolerations : "",
    hardConstraintsOf(pod).map(({ topologyKey }) => topologyKey),
  ]);

const textOf = ({ topologyKey, maxSkew }: TopologySpreadConstraint, pod: Pod): string =>
  `spread of ${nameOf(pod)} over ${keyFor(topologyKey)} by ${maxSkew}`;
