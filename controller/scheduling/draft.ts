import type { Pod } from "../api/pod";
import type { Ask } from "./backlog";
import type { Scope } from "./scope";
import type { Offer } from "./template";
import { Occupancy, type Start } from "./ties";
import { minus, take, timesThatFit, type Vector } from "./vector";

/** What goes on one new node. */
export interface Load {
  readonly scope: Scope;
  /** The cheapest way found to have it. */
  readonly offer: Offer;
  readonly counts: readonly (readonly [Ask, number])[];
}

/** Pods of one ask on a node. */
export interface Share {
  readonly ask: Ask;
  readonly pods: Pod[];
}

/** A node that will be launched, while pods are still joining. */
export class Draft {
  readonly relaxed: boolean;
  readonly shares: Share[] = [];
  readonly occupancy: Occupancy;
  scope: Scope;
  offer: Offer;
  readonly used: Vector;
  /** What it holds of the pool's limits. */
  reserved: Vector;

  constructor({ scope, offer }: Pick<Load, "scope" | "offer">, more: { groups: number; relaxed: boolean }) {
    this.scope = scope;
    this.offer = offer;
    this.relaxed = more.relaxed;
    this.occupancy = new Occupancy(more.groups);
    this.used = new Float64Array(offer.machine.room.length);
    this.reserved = new Float64Array(this.used.length);
  }

  get pods(): readonly Pod[] {
    return this.shares.flatMap(({ pods }) => pods);
  }

  /** How many of the pods the offer has room for beside what is on the node. */
  roomFor(ask: Ask, { machine }: Pick<Offer, "machine"> = this.offer, start?: Start): number {
    const room = timesThatFit(minus(machine.room, this.used), ask.requests, ask.count);
    return room === 0 ? 0 : this.occupancy.capacityFor(ask.nodeTies, room, start);
  }

  add(ask: Ask, count: number, { scope, offer }: Pick<Load, "scope" | "offer">): void {
    this.scope = scope;
    this.offer = offer;
    this.#count(ask, count);
    const last = this.shares.at(-1);
    if (last?.ask === ask) last.pods.push(...ask.take(count));
    else this.shares.push({ ask, pods: ask.take(count) });
  }

  /** Takes `count` pods of a share off again; they are asking anew. */
  remove(share: Share, count: number): void {
    this.#count(share.ask, -count);
    share.ask.giveBack(share.pods.splice(share.pods.length - count, count));
    if (share.pods.length === 0) this.shares.splice(this.shares.indexOf(share), 1);
  }

  /** Puts pods back that were taken off a share. */
  restore(share: Share, count: number): void {
    if (count === 0) return;
    this.#count(share.ask, count);
    share.pods.push(...share.ask.take(count));
    if (!this.shares.includes(share)) this.shares.push(share);
  }

  #count(ask: Ask, count: number): void {
    take(this.used, ask.requests, -count);
    this.occupancy.seat(ask.nodeTies, count);
    for (const group of ask.nodeTies.counted) group.plan("", count);
  }
}
