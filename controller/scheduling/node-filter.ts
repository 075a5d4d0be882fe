import { labels } from "../api/labels";
import type { Pod, PodSpec, Toleration, TopologySpreadConstraint } from "../api/pod";
import { untolerated } from "../api/pod-state";
import { normalized } from "../api/well-known";
import { remembered } from "./memo";
import type { NodeState } from "./problem";
import { conflict, disagreement, none, type Requirements } from "./requirements";
import type { Scope } from "./scope";
import type { Machine } from "./template";
import { tolerant, type Wish, wishesWith } from "./wish";

/**
 * Which nodes a spread constraint looks at: those that have all labels which the pod is spread by, and that the pod may
 * use, by its node selector and affinity unless `nodeAffinityPolicy` is Ignore, by its tolerations if
 * `nodeTaintsPolicy` is Honor (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/).
 */
export interface NodeFilter {
  /** Nodes that grant one of these; any node where there is no list. */
  readonly wishes: readonly Wish[] | undefined;
  readonly tolerations: readonly Toleration[] | undefined;
  /** Labels that the node must have, whatever their values. Every node has a hostname. */
  readonly keys: readonly string[];
}

/** What a spread constraint says of nodes. */
export interface Terrain {
  /** All nodes count where there is none. */
  readonly filter: NodeFilter | undefined;
  /**
   * Where new nodes could come to be that matter: places that the pod may use, in pools whose taints are honored or
   * not.
   */
  readonly reach: readonly Wish[];
  /** Equal texts, equal terrains. */
  readonly signature: string;
}

/** Reads terrains; equal ones are one object, so that what depends on them is worked out once. */
export class Terrains {
  readonly #known = new Map<string, Terrain>();

  /** @param keys labels that the pod is spread by, all of its constraints of this kind together */
  of(pod: Pod, spread: TopologySpreadConstraint, keys: readonly string[]): Terrain {
    const tolerations = spread.nodeTaintsPolicy === "Honor" ? (pod.spec.tolerations ?? []) : undefined;
    const asked = nodesAskedFor(pod.spec);
    const isFiltered = spread.nodeAffinityPolicy !== "Ignore" && asked.length > 0;
    const others = keys.filter((key) => key !== labels.hostname && key !== normalized(spread.topologyKey));
    const signature = JSON.stringify([asked, isFiltered, tolerations, others]);
    return remembered(this.#known, signature, () => {
      const reach = wishesWith(pod, none).map(({ requirements }) =>
        tolerant({ requirements, tolerations: tolerations ?? [{ operator: "Exists" }] }),
      );
      const isOpen = !isFiltered && tolerations === undefined && others.length === 0;
      const filter = { wishes: isFiltered ? reach : undefined, tolerations, keys: others };
      return { filter: isOpen ? undefined : filter, reach, signature };
    });
  }
}

const nodesAskedFor = ({ nodeSelector, affinity }: PodSpec): readonly unknown[] =>
  [nodeSelector, affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution].filter(
    (asked) => asked !== undefined,
  );

const isHard = ({ effect }: { readonly effect: string }): boolean => effect !== "PreferNoSchedule";

/** Whether pods on a node that is there count. `has` is what its labels say. */
export function countsOnNode(filter: NodeFilter, { taints }: NodeState, has: Requirements): boolean {
  const { wishes, tolerations, keys } = filter;
  if (tolerations !== undefined && untolerated(taints.filter(isHard), tolerations) !== undefined) return false;
  if (keys.some((key) => !has.has(key))) return false;
  return wishes?.some(({ requirements }) => conflict(has, requirements) === undefined) ?? true;
}

/** Whether pods count on a new node of which no more is known than what its pods require: it may turn out otherwise. */
export const mayCount = (filter: NodeFilter | undefined, requirements: Requirements): boolean =>
  filter?.wishes?.some((wish) => disagreement(requirements, wish.requirements) === undefined) ?? true;

/**
 * Whether pods count on a planned node: on one at least of the machines that it could be.
 * @param listed these machines
 */
export function countsOnPlanned(
  filter: NodeFilter | undefined,
  scope: Scope,
  listed: () => readonly Machine[],
): boolean {
  if (filter === undefined) return true;
  const { wishes, tolerations, keys } = filter;
  if (tolerations !== undefined && untolerated(scope.template.taints.filter(isHard), tolerations) !== undefined)
    return false;
  if (keys.some((key) => scope.mayLack(key))) return false;
  if (wishes === undefined) return true;
  const scopes = wishes
    .filter(({ requirements }) => [...requirements.values()].every(({ key, absent }) => absent || scope.mayHave(key)))
    .map((wish) => scope.with(wish))
    .filter((each) => each !== undefined);
  return scopes.length > 0 && listed().some((machine) => scopes.some((each) => each.offersOf(machine).length > 0));
}
