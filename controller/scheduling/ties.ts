import type { TopologyGroup } from "./topology-group";
import type { TopologyTerm } from "./topology-term";

/** A rule of the pods themselves. */
export interface Rule {
  readonly group: TopologyGroup;
  /** Whether the pods are among those the rule is about. */
  readonly self: boolean;
  /** For affinity: the groups in which nobody may be yet for the pods to be the first of their kind. */
  readonly kin: readonly TopologyGroup[];
}

/**
 * Whether pods that follow their like may be the first of it: no pod there is meets all that they require of company
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity).
 */
export const mayBeFirst = ({ self, kin }: Rule): boolean => self && kin.every(({ total }) => total === 0);

/** What binds one kind of pods to where other pods are: over single nodes, or over larger domains. */
export interface Ties {
  /** What they ask for themselves. */
  readonly rules: readonly Rule[];
  /** Groups they count in, their own and those of others. */
  readonly counted: readonly TopologyGroup[];
  /** Of these, groups whose owners will not have them near. */
  readonly shunned: readonly TopologyGroup[];
  /** Of these, groups that others are spread by, but not they. */
  readonly crowding: readonly TopologyGroup[];
  /**
   * Of these, groups whose own pods may go first: where the pods have rules themselves, each would wait for the other.
   */
  readonly yielding: readonly TopologyGroup[];
}

export const noTies: Ties = { rules: [], counted: [], shunned: [], crowding: [], yielding: [] };

/** Whether there is anything to heed or to count. */
export const isFree = (ties: Ties): boolean => ties === noTies;

/** Whether the pods must be where certain others are. */
export const isFollowing = ({ rules }: Ties): boolean => rules.some(({ group }) => group.term.kind === "affinity");

/**
 * How many more pods a rule allows on a node where `present` pods of its group are. One more node is always possible,
 * and empty, so that the least count is 0.
 */
const allowances: Readonly<Record<TopologyTerm["kind"], (rule: Rule, present: number, mayStart: boolean) => number>> = {
  spread({ group: { term }, self }, present) {
    if (self) return term.maxSkew - present;
    return present <= term.maxSkew ? Infinity : 0;
  },
  antiAffinity({ self }, present) {
    if (present > 0) return 0;
    return self ? 1 : Infinity;
  },
  affinity: (rule, present, mayStart) => (present > 0 || (mayStart && mayBeFirst(rule)) ? Infinity : 0),
};

/** How many pods of each group are on one node, and how many pods with the group's rule. */
export class Occupancy {
  readonly #pods: Int32Array;
  readonly #owners: Int32Array;

  constructor(groups: number) {
    this.#pods = new Int32Array(groups);
    this.#owners = new Int32Array(groups);
  }

  /**
   * How many more pods with these ties the node can take, as far as the pods on it are concerned.
   * @param start whether pods that follow their like may be the first of it here, where there is none anywhere
   */
  capacityFor({ rules, shunned, crowding }: Ties, most: number, start?: "mayStart"): number {
    let capacity = most;
    for (const { perNode } of shunned) if ((this.#owners[perNode] ?? 0) > 0) return 0;
    for (const rule of rules) {
      capacity = Math.min(capacity, this.#allowed(rule, start !== undefined));
      if (capacity <= 0) return 0;
    }
    for (const group of crowding) capacity = Math.min(capacity, this.#tolerated(group));
    return Math.max(0, capacity);
  }

  /** Pods without a rule of their own must not crowd out those that have it and are here already. */
  #tolerated({ term, perNode }: TopologyGroup): number {
    return term.required && (this.#owners[perNode] ?? 0) > 0 ? term.maxSkew - (this.#pods[perNode] ?? 0) : Infinity;
  }

  #allowed(rule: Rule, mayStart: boolean): number {
    const { perNode, term } = rule.group;
    return allowances[term.kind](rule, this.#pods[perNode] ?? 0, mayStart);
  }

  /** Whether pods with these ties, which are here, have nobody else here that they must be with. */
  leavesAlone({ rules }: Ties): boolean {
    return rules.some(({ group: { term, perNode }, self }) => {
      const ofTheirKind = self ? (this.#owners[perNode] ?? 0) : 0;
      return term.kind === "affinity" && (this.#pods[perNode] ?? 0) <= ofTheirKind;
    });
  }

  /** Adds `count` pods; fewer when negative. */
  seat({ rules, counted }: Ties, count: number): void {
    for (const { perNode } of counted) this.#pods[perNode] = (this.#pods[perNode] ?? 0) + count;
    for (const { group } of rules) this.#owners[group.perNode] = (this.#owners[group.perNode] ?? 0) + count;
  }

  copy(): Occupancy {
    const copy = new Occupancy(this.#pods.length);
    copy.#pods.set(this.#pods);
    copy.#owners.set(this.#owners);
    return copy;
  }

  clear(): void {
    this.#pods.fill(0);
    this.#owners.fill(0);
  }

  /** What running pods bring along. */
  set(perNode: number, pods: number, owners: number): void {
    this.#pods[perNode] = pods;
    this.#owners[perNode] = owners;
  }
}
