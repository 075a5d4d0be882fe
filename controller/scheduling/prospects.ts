import { untolerated } from "../api/pod-state";
import { onePortEach } from "./host-ports";
import type { Aim, PodClass } from "./pod-class";
import { remembered } from "./memo";
import type { NodeState } from "./problem";
import { conflict, ofLabels, type Requirements } from "./requirements";
import { amountsOf } from "./resources";
import type { Scope } from "./scope";
import { affords } from "./template";
import type { Ties } from "./ties";
import type { TopologyGroup } from "./topology-group";
import { isPerNode } from "./topology-term";
import { type Dimensions, fits, maximum, type Vector } from "./vector";
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
  readonly #whole = new Map<NodeState, Vector>();
  readonly #largest = new Map<Wish, Vector>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether such pods would have a place. */
  hasAny(podClass: PodClass): boolean {
    return podClass.aims.some((aim) => this.has(podClass, aim));
  }

  /**
   * Whether some machine that can be bought, or some node that is there, is as the pods wish and large enough for one,
   * and there are others, or will be, whom they are to be with.
   */
  has({ requests }: PodClass, { wish, ties }: Aim): boolean {
    const asked = this.#world.dimensions.vector(requests);
    const isOnOffer = this.#world.pools.some((pool) => sells(pool, wish, asked)) || fits(this.#largestFor(wish), asked);
    return isOnOffer && this.#allows(ties.node) && this.#allows(ties.domain);
  }

  #allows({ rules }: Ties): boolean {
    return rules.every(({ group }) => {
      const { kind } = group.term;
      if (kind === "affinity") return group.total > 0 || this.#world.counting.has(group);
      return kind !== "spread" || isPerNode(group.term) || group.domains.size > 0;
    });
  }

  /** The most of each resource that any node has which is there and as the pods wish. */
  #largestFor(wish: Wish): Vector {
    const { nodes, dimensions } = this.#world;
    const nothing: Vector = new Float64Array(dimensions.names.length);
    return remembered(this.#largest, wish, () =>
      maximum(
        nodes.filter((node) => this.#welcomes(node, wish)).map((node) => this.#wholeOf(node)),
        nothing,
      ),
    );
  }

  #welcomes(node: NodeState, { tolerations, requirements }: Wish): boolean {
    return (
      untolerated(node.taints, tolerations) === undefined && conflict(this.#labelsOf(node), requirements) === undefined
    );
  }

  #wholeOf(node: NodeState): Vector {
    const { dimensions } = this.#world;
    return remembered(this.#whole, node, () =>
      dimensions.vector({ ...amountsOf(node.allocatable), ...onePortEach(dimensions.names) }),
    );
  }

  #labelsOf(node: NodeState): Requirements {
    return remembered(this.#nodeLabels, node, () => ofLabels(node.labels));
  }
}

const sells = (pool: Scope, wish: Wish, requests: Vector): boolean =>
  pool
    .with(wish)
    ?.offers.some(({ machine }) => affords(pool.template.allowance, machine) && fits(machine.room, requests)) ?? false;

/** Whether such pods keep others away: the more of them there are, the fewer places they leave each other. */
export const isRepelling = ({ aims }: PodClass): boolean =>
  aims.some(({ ties }) => [...ties.node.rules, ...ties.domain.rules].some(({ group }) => group.repelling));
