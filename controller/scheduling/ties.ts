import type { TopologyGroup } from "./topology-group";
import type { TopologyTerm } from "./topology-term";
import { countAt } from "./vector";

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

/** Whether pods that follow their like may be where none of it is, as long as there is none anywhere. */
export type Start = "mayStart";

/** How many pods of each group are on one node, and how many pods with the group's rule. */
export class Occupancy {
  /** Of each group: its pods, then the pods with its rule. */
  readonly #counts: Int32Array;

  constructor(groups: number) {
    this.#counts = new Int32Array(2 * groups);
  }

  #podsOf({ perNode }: TopologyGroup): number {
    return countAt(this.#counts, 2 * perNode);
  }

  #ownersOf({ perNode }: TopologyGroup): number {
    return countAt(this.#counts, 2 * perNode + 1);
  }

  /**
   * How many more pods with these ties the node can take, as far as the pods on it are concerned.
   * @param start whether pods that follow their like may be the first of it here, where there is none anywhere
   */
  capacityFor({ rules, shunned, crowding }: Ties, most: number, start?: Start): number {
    let capacity = most;
    for (const group of shunned) if (this.#ownersOf(group) > 0) return 0;
    for (const rule of rules) {
      capacity = Math.min(capacity, this.#allowed(rule, start !== undefined));
      if (capacity <= 0) return 0;
    }
    for (const group of crowding) capacity = Math.min(capacity, this.#tolerated(group));
    return Math.max(0, capacity);
  }

  /** Pods without a rule of their own must not crowd out those that have it and are here already. */
  #tolerated(group: TopologyGroup): number {
    const { required, maxSkew } = group.term;
    return required && this.#ownersOf(group) > 0 ? maxSkew - this.#podsOf(group) : Infinity;
  }

  #allowed(rule: Rule, mayStart: boolean): number {
    return allowances[rule.group.term.kind](rule, this.#podsOf(rule.group), mayStart);
  }

  /** Whether pods with these ties, which are here, have nobody else here that they must be with. */
  leavesAlone({ rules }: Ties): boolean {
    return rules.some(({ group, self }) => {
      const ofTheirKind = self ? this.#ownersOf(group) : 0;
      return group.term.kind === "affinity" && this.#podsOf(group) <= ofTheirKind;
    });
  }

  /** Adds `count` pods; fewer when negative. */
  seat({ rules, counted }: Ties, count: number): void {
    for (const group of counted) this.#counts[2 * group.perNode] = this.#podsOf(group) + count;
    for (const { group } of rules) this.#counts[2 * group.perNode + 1] = this.#ownersOf(group) + count;
  }

  copy(): Occupancy {
    const copy = new Occupancy(this.#counts.length / 2);
    copy.#counts.set(this.#counts);
    return copy;
  }

  clear(): void {
    this.#counts.fill(0);
  }

  /** What running pods bring along. */
  set(perNode: number, pods: number, owners: number): void {
    this.#counts[2 * perNode] = pods;
    this.#counts[2 * perNode + 1] = owners;
  }
}
