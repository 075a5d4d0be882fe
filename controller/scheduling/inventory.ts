import { untolerated } from "../api/pod-state";
import { onePortEach } from "./host-ports";
import { remembered } from "./memo";
import { machinesFor } from "./pool-plan";
import type { NodeState, SchedulingSettings } from "./problem";
import { conflict } from "./requirements";
import { type Amounts, amountsOf } from "./resources";
import type { Scope } from "./scope";
import { affords } from "./template";
import type { Topology } from "./topology";
import { isVaried } from "./variety";
import { type Dimensions, fits, maximum, type Vector } from "./vector";
import type { Wish } from "./wish";

interface Market {
  /** An empty node of each pool. */
  readonly pools: readonly Scope[];
  readonly nodes: readonly NodeState[];
  readonly dimensions: Dimensions;
  readonly topology: Pick<Topology, "labelsOf">;
  readonly minValues: SchedulingSettings["minValues"];
}

/** What could hold a pod if nobody else asked, whoever else is there. */
export class Inventory {
  readonly #market: Market;
  readonly #whole = new Map<NodeState, Vector>();
  readonly #largest = new Map<Wish, Vector>();

  constructor(market: Market) {
    this.#market = market;
  }

  /** Whether some machine that can be bought, or some node that is there, is as wished and large enough. */
  holds(requests: Amounts, wish: Wish): boolean {
    const asked = this.#market.dimensions.vector(requests);
    return this.#market.pools.some((pool) => this.#sells(pool, wish, asked)) || fits(this.#largestFor(wish), asked);
  }

  #sells(pool: Scope, wish: Wish, requests: Vector): boolean {
    const scope = pool.with(wish);
    const { allowance, wantsVariety } = pool.template;
    const isOnOffer = scope?.offers.some(({ machine }) => affords(allowance, machine) && fits(machine.room, requests));
    if (scope === undefined || isOnOffer !== true) return false;
    if (!wantsVariety || this.#market.minValues === "BestEffort") return true;
    const machines = machinesFor(scope, requests).filter((machine) => affords(allowance, machine));
    return isVaried(machines, scope.requirements);
  }

  /** The most of each resource that any node has which is there and as the pods wish. */
  #largestFor(wish: Wish): Vector {
    const { nodes, dimensions } = this.#market;
    const nothing: Vector = new Float64Array(dimensions.names.length);
    return remembered(this.#largest, wish, () =>
      maximum(
        nodes.filter((node) => this.#welcomes(node, wish)).map((node) => this.#wholeOf(node)),
        nothing,
      ),
    );
  }

  #welcomes(node: NodeState, { tolerations, requirements }: Wish): boolean {
    const has = this.#market.topology.labelsOf(node);
    return untolerated(node.taints, tolerations) === undefined && conflict(has, requirements) === undefined;
  }

  #wholeOf(node: NodeState): Vector {
    const { dimensions } = this.#market;
    return remembered(this.#whole, node, () =>
      dimensions.vector({ ...amountsOf(node.allocatable), ...onePortEach(dimensions.names) }),
    );
  }
}
