import { untolerated } from "../api/pod-state";
import type { Aim, PodClass } from "./pod-class";
import type { NodeState } from "./problem";
import { conflict, ofLabels, type Requirements } from "./requirements";
import type { Scope } from "./scope";
import { affords } from "./template";
import type { Ties } from "./ties";
import type { TopologyGroup } from "./topology-group";
import { isPerNode } from "./topology-term";
import { type Dimensions, fits, type Vector } from "./vector";
import type { Wish } from "./wish";

interface World {
  /** An empty node of each pool. */
  readonly pools: readonly Scope[];
  readonly nodes: readonly NodeState[];
  readonly dimensions: Dimensions;
  /** Groups that count any of the pods to be placed. */
  readonly counting: ReadonlySet<TopologyGroup>;
}

/** What could be had if nobody else asked: tells what is worth trying from what nothing can ever grant. */
export class Prospects {
  readonly #world: World;
  readonly #nodeLabels = new Map<NodeState, Requirements>();
  readonly #welcome = new Map<Wish, boolean>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether such pods would have a place. Those that keep others away leave fewer places the more of them there are: it is not others' doing. */
  hasAny(podClass: PodClass): boolean {
    return podClass.aims.some((aim) => !isRepelling(aim) && this.has(podClass, aim));
  }

  /**
   * Whether some machine that can be bought, or some node that is there, is as the pods wish, and there are others, or will be, whom they
   * are to be with.
   */
  has({ requests }: PodClass, { wish, ties }: Aim): boolean {
    const asked = this.#world.dimensions.vector(requests);
    const isOnOffer = this.#world.pools.some((pool) => sells(pool, wish, asked)) || this.#isWelcome(wish);
    return isOnOffer && this.#allows(ties.node) && this.#allows(ties.domain);
  }

  #allows({ rules }: Ties): boolean {
    return rules.every(({ group }) => {
      const { kind } = group.term;
      if (kind === "affinity") return group.total > 0 || this.#world.counting.has(group);
      return kind !== "spread" || isPerNode(group.term) || group.domains.size > 0;
    });
  }

  #isWelcome(wish: Wish): boolean {
    const known =
      this.#welcome.get(wish) ??
      this.#world.nodes.some(
        (node) =>
          untolerated(node.taints, wish.tolerations) === undefined &&
          conflict(this.#labelsOf(node), wish.requirements) === undefined,
      );
    this.#welcome.set(wish, known);
    return known;
  }

  #labelsOf(node: NodeState): Requirements {
    const known = this.#nodeLabels.get(node) ?? ofLabels(node.labels);
    this.#nodeLabels.set(node, known);
    return known;
  }
}

const sells = (pool: Scope, wish: Wish, requests: Vector): boolean =>
  pool
    .with(wish)
    ?.offers.some(({ machine }) => affords(pool.template.allowance, machine) && fits(machine.room, requests)) ?? false;

const isRepelling = ({ ties }: Aim): boolean =>
  [...ties.node.rules, ...ties.domain.rules].some(({ group }) => group.repelling);
