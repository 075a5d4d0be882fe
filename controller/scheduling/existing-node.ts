import type { Pod } from "../api/pod";
import { isOwnedByDaemonSet, isTerminal, untolerated } from "../api/pod-state";
import type { Ask } from "./backlog";
import { type Daemon, runsOnNode, together } from "./daemons";
import { onePortEach, portAmounts, portsOf, type PortUse } from "./host-ports";
import type { Wish } from "./preferences";
import type { NodeState } from "./problem";
import { conflict, ofLabels, type Requirements } from "./requirements";
import { type Amounts, amountsOf, combine, effectiveRequests, sum } from "./resources";
import { type Dimensions, take, timesThatFit, type Vector } from "./vector";

export interface NodeSurroundings {
  readonly dimensions: Dimensions;
  readonly daemons: readonly Daemon[];
  readonly ports: readonly PortUse[];
}

/** A node that is there, filling up. */
export class ExistingNode {
  readonly state: NodeState;
  readonly pods: Pod[] = [];
  readonly #has: Requirements;
  readonly #room: Vector;
  readonly #welcome = new Map<Wish, boolean>();

  constructor(state: NodeState, surroundings: NodeSurroundings) {
    this.state = state;
    this.#has = ofLabels(state.labels);
    this.#room = surroundings.dimensions.vector(roomOn(state, this.#has, surroundings));
  }

  /** Takes as many of the pods as fit. */
  place({ backlog, wish }: Ask): void {
    const count = timesThatFit(this.#room, backlog.requests, backlog.count);
    if (count === 0 || !this.#welcomes(wish)) return;
    take(this.#room, backlog.requests, count);
    this.pods.push(...backlog.take(count));
  }

  #welcomes(wish: Wish): boolean {
    const known = this.#welcome.get(wish);
    if (known !== undefined) return known;
    const welcome =
      untolerated(this.state.taints, wish.tolerations) === undefined &&
      conflict(this.#has, wish.requirements) === undefined;
    this.#welcome.set(wish, welcome);
    return welcome;
  }
}

/** What pods on the node and daemons still to come leave free. Daemons that run already are not counted twice. */
function roomOn(state: NodeState, has: Requirements, { dimensions, daemons, ports }: NodeSurroundings): Amounts {
  const pods = state.pods.filter((pod) => !isTerminal(pod));
  const use = ({ spec }: Pod): Amounts => ({ ...effectiveRequests(spec), ...portAmounts(portsOf(spec), ports) });
  const used = sum(pods.map(use));
  const running = sum(pods.filter(isOwnedByDaemonSet).map(use));
  const expected = together(daemons.filter((daemon) => runsOnNode(daemon, has, state.taints)));
  const coming = combine(expected, running, (wanted, there) => Math.max(0, wanted - there));
  const whole = { ...amountsOf(state.allocatable), ...onePortEach(dimensions.names) };
  return combine(combine(whole, used, minus), coming, minus);
}

const minus = (a: number, b: number): number => a - b;

/** Initialized nodes first, since pods can start there at once; then by name. */
export const inOrder = (nodes: readonly NodeState[]): readonly NodeState[] =>
  [...nodes].sort(
    (a, b) => Number(b.initialized) - Number(a.initialized) || (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
