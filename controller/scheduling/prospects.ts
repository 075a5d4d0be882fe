import type { Aim, PodClass } from "./pod-class";
import type { Inventory } from "./inventory";
import type { Ties } from "./ties";
import type { TopologyGroup } from "./topology-group";
import { isPerNode } from "./topology-term";

/** What could be had if nobody else asked: tells what is worth trying from what nothing can ever grant. */
export class Prospects {
  readonly #inventory: Inventory;
  readonly #counting: ReadonlySet<TopologyGroup>;

  /** @param counting groups that count any of the pods to be placed */
  constructor(inventory: Inventory, counting: ReadonlySet<TopologyGroup>) {
    this.#inventory = inventory;
    this.#counting = counting;
  }

  /** Whether such pods would have a place. */
  hasAny(podClass: PodClass): boolean {
    return podClass.aims.some((aim) => this.has(podClass, aim));
  }

  /** Whether there is something for the pods, and there are others, or will be, whom they are to be with. */
  has({ requests }: PodClass, { wish, ties }: Aim): boolean {
    return this.#inventory.holds(requests, wish) && this.#allows(ties.node) && this.#allows(ties.domain);
  }

  #allows({ rules }: Ties): boolean {
    return rules.every(({ group }) => {
      const { kind } = group.term;
      if (kind === "affinity") return group.total > 0 || this.#counting.has(group);
      return kind !== "spread" || isPerNode(group.term) || group.domains.size > 0;
    });
  }
}

/** Whether such pods keep others away: the more of them there are, the fewer places they leave each other. */
export const isRepelling = ({ aims }: PodClass): boolean =>
  aims.some(({ ties }) => [...ties.node.rules, ...ties.domain.rules].some(({ group }) => group.repelling));
