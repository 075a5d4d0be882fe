import type { Pod } from "../api/pod";
import { isOwnedByDaemonSet, isTerminal, untolerated } from "../api/pod-state";
import type { Ask } from "./backlog";
import type { Share } from "./draft";
import { Attachments } from "./attachments";
import { type Daemon, runsOnNode, together } from "./daemons";
import { record, type Spot } from "./counting";
import { isAllowed } from "./domain-choice";
import { onePortEach, portAmounts, portsOf, type PortUse } from "./host-ports";
import type { NodeState } from "./problem";
import { conflict, type Requirements } from "./requirements";
import { type Amounts, amountsOf, combine, effectiveRequests, sum } from "./resources";
import { isFree, Occupancy } from "./ties";
import type { Topology } from "./topology";
import { type Dimensions, fits, take, timesThatFit, type Vector } from "./vector";
import type { VolumeMap } from "./volumes";
import type { Wish } from "./wish";

interface NodeSurroundings {
  readonly dimensions: Dimensions;
  readonly daemons: readonly Daemon[];
  readonly ports: readonly PortUse[];
  readonly topology: Topology;
  readonly volumes: VolumeMap;
}

/** A node that is there, filling up. */
export class ExistingNode {
  readonly state: NodeState;
  /** Pods that are to go there. */
  readonly shares: Share[] = [];
  readonly occupancy: Occupancy;
  readonly #has: Requirements;
  readonly #room: Vector;
  readonly #volumes: VolumeMap;
  #attachments: Attachments;
  readonly #welcome = new Map<Wish, boolean>();
  readonly #topology: Topology;

  constructor(state: NodeState, surroundings: NodeSurroundings) {
    const { dimensions, topology, volumes } = surroundings;
    this.state = state;
    this.#topology = topology;
    this.#has = topology.labelsOf(state);
    this.#room = dimensions.vector(roomOn(state, this.#has, surroundings));
    this.#volumes = volumes;
    this.#attachments = new Attachments(state, volumes);
    this.occupancy = new Occupancy(topology.perNode.length);
    topology.perNode.forEach((group, i) => {
      this.occupancy.set(i, group.podsIn(state.name), group.ownersIn(state.name));
    });
  }

  get pods(): readonly Pod[] {
    return this.shares.flatMap(({ pods }) => pods);
  }

  /** What is left. */
  get free(): Vector {
    return this.#room;
  }

  /** How many of the pods there is room for, whatever other pods they mind. */
  placesFor({ requests, count, wish }: Ask): number {
    const places = timesThatFit(this.#room, requests, count);
    return places > 0 && this.#welcomes(wish) ? places : 0;
  }

  /** Whether even the least that anybody asks for is left. */
  hasRoomFor(least: Vector): boolean {
    return fits(this.#room, least);
  }

  /** Whether there is a place for one of the pods now. */
  welcomes(ask: Ask): boolean {
    return this.#capacityFor(ask) > 0;
  }

  /** Takes as many of the pods as fit, and says how many. */
  place(ask: Ask): number {
    let placed = 0;
    for (;;) {
      const count = this.#capacityFor(ask);
      if (count === 0) return placed;
      this.#seat(ask, count);
      placed += count;
    }
  }

  /** One at a time of pods that depend on larger domains or attach volumes, since each changes what the next may do. */
  #capacityFor(ask: Ask): number {
    const { nodeTies, domainTies } = ask;
    const places = this.placesFor(ask);
    if (places === 0) return 0;
    const count = this.occupancy.capacityFor(nodeTies, places, "mayStart");
    if (count === 0 || !this.#canAttach(ask)) return 0;
    if (isFree(domainTies)) return this.#attachments.areLimited ? 1 : count;
    return isAllowed(domainTies, this.spot.values) ? 1 : 0;
  }

  #canAttach({ backlog }: Ask): boolean {
    return backlog.next !== undefined && this.#attachments.fit(backlog.next);
  }

  #seat(ask: Ask, count: number): void {
    this.#count(ask, count);
    record(ask.domainTies, count, this.spot);
    const pods = ask.take(count);
    pods.forEach((pod) => {
      this.#attachments.add(pod);
    });
    const last = this.shares.at(-1);
    if (last?.ask === ask) last.pods.push(...pods);
    else this.shares.push({ ask, pods });
  }

  /** Takes `count` pods of a share off again; they are asking anew. Larger domains are the caller's to count. */
  remove(share: Share, count: number): void {
    this.#count(share.ask, -count);
    share.ask.giveBack(share.pods.splice(share.pods.length - count, count));
    if (share.pods.length === 0) this.shares.splice(this.shares.indexOf(share), 1);
    this.#attachments = new Attachments(this.state, this.#volumes, this.pods);
  }

  #count(ask: Ask, count: number): void {
    take(this.#room, ask.requests, count);
    this.occupancy.seat(ask.nodeTies, count);
    record(ask.nodeTies, count, { ...this.spot, values: { get: () => this.state.name } });
  }

  readonly spot: Spot = {
    isThere: true,
    values: { get: (key) => this.state.labels[key] },
    counts: ({ term }) => this.#topology.counts(term, this.state),
  };

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
  const loads = state.pods.filter((pod) => !isTerminal(pod)).map((pod) => ({ pod, load: loadOf(pod, ports) }));
  const used = sum(loads.map(({ load }) => load));
  const running = sum(loads.filter(({ pod }) => isOwnedByDaemonSet(pod)).map(({ load }) => load));
  const expected = together(daemons.filter((daemon) => runsOnNode(daemon, has, state.taints)));
  const coming = combine(expected, running, (wanted, there) => Math.max(0, wanted - there));
  const whole = { ...amountsOf(state.allocatable), ...onePortEach(dimensions.names) };
  return combine(combine(whole, used, minus), coming, minus);
}

function loadOf({ spec, status }: Pod, ports: readonly PortUse[]): Amounts {
  const requests = effectiveRequests(spec, status);
  return ports.length === 0 ? requests : { ...requests, ...portAmounts(portsOf(spec), ports) };
}

const minus = (a: number, b: number): number => a - b;

/** Initialized nodes first, since pods can start there at once; then by name. */
export const inOrder = (nodes: readonly NodeState[]): readonly NodeState[] =>
  [...nodes].sort(
    (a, b) => Number(b.initialized) - Number(a.initialized) || (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
