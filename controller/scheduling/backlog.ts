import type { Pod } from "../api/pod";
import type { Aim, PodClass } from "./pod-class";
import type { Option } from "./domain-choice";
import { remembered } from "./memo";
import { isFollowing, type Ties } from "./ties";
import type { Dimensions, Vector } from "./vector";
import type { Wish } from "./wish";

/** The pods of one class that have no place yet. */
export class Backlog {
  readonly podClass: PodClass;
  readonly requests: Vector;
  readonly #waiting: Pod[];
  /** Whether those left wait for the next plan, since a reservation that suits them is used up. */
  isHeldBack = false;

  constructor(podClass: PodClass, dimensions: Dimensions) {
    this.podClass = podClass;
    this.requests = dimensions.vector(podClass.requests);
    this.#waiting = [...podClass.pods].reverse();
  }

  get count(): number {
    return this.#waiting.length;
  }

  /** Hands out the oldest. */
  take(count: number): Pod[] {
    const taken: Pod[] = [];
    while (taken.length < count) {
      const pod = this.#waiting.pop();
      if (pod === undefined) break;
      taken.push(pod);
    }
    return taken;
  }

  /** The pod that would be handed out next. */
  get next(): Pod | undefined {
    return this.#waiting.at(-1);
  }

  giveBack(pods: readonly Pod[]): void {
    this.#waiting.push(...[...pods].reverse());
  }

  rest(): readonly Pod[] {
    return [...this.#waiting].reverse();
  }
}

/** Pods of a backlog that are after the same: what they accept of a node, and what binds them to other pods. */
export class Ask {
  readonly backlog: Backlog;
  readonly aim: Aim;
  readonly wish: Wish;
  /** Labels that were settled for them, with the values; none where other pods do not matter. */
  readonly option: Option | undefined;
  #count: number;
  #parts: Map<Option, Ask> | undefined;

  constructor(backlog: Backlog, aim: Aim, option?: Option) {
    this.backlog = backlog;
    this.aim = aim;
    this.option = option;
    this.wish = option?.wish ?? aim.wish;
    this.#count = option === undefined ? backlog.count : 0;
  }

  /** Hands `count` of the pods over to an ask for which these labels are settled. */
  part(option: Option, count: number): Ask {
    this.#parts ??= new Map();
    const part = remembered(this.#parts, option, () => new Ask(this.backlog, this.aim, option));
    part.#count += count;
    this.#count -= count;
    return part;
  }

  /** Takes those back from the part that found no place. */
  rejoin(part: Ask): void {
    this.#count += part.#count;
    part.#count = 0;
  }

  get requests(): Vector {
    return this.backlog.requests;
  }

  /** Pods still asking. */
  get count(): number {
    return this.#count;
  }

  get nodeTies(): Ties {
    return this.aim.ties.node;
  }

  get domainTies(): Ties {
    return this.aim.ties.domain;
  }

  /** Whether the pods must be on a node with certain others. */
  get follows(): boolean {
    return isFollowing(this.nodeTies);
  }

  take(count: number): Pod[] {
    this.#count -= count;
    return this.backlog.take(count);
  }

  giveBack(pods: readonly Pod[]): void {
    this.#count += pods.length;
    this.backlog.giveBack(pods);
  }
}
