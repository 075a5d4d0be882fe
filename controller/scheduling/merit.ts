import type { Ask } from "./backlog";
import type { Plan } from "./plan";
import type { SchedulingSettings } from "./problem";
import { type Hosts, sitesOf } from "./site";

/** What a plan is judged by, what matters most first; less is better. */
export interface Merit {
  /** Pods without a place. */
  readonly waiting: number;
  /** Preferences that pods on nodes gave up. */
  readonly givenUp: number;
  /** By how much pods are in lighter pools than the heaviest, summed up. */
  readonly lighter: number;
  readonly price: number;
}

const order = ["waiting", "givenUp", "lighter", "price"] as const;

export function meritOf(
  { newNodes, unschedulable, deferred }: Plan,
  hosts: Hosts & { readonly settings: SchedulingSettings },
): Merit {
  const shares = sitesOf(hosts).flatMap(({ host }) => host.shares);
  const heaviest = Math.max(0, ...hosts.pools.map(({ template }) => template.weight));
  const { nodePrice = 0 } = hosts.settings;
  return {
    waiting: unschedulable.length + deferred.length,
    givenUp: sumOf(shares, ({ ask, pods }) => rankOf(ask) * pods.length),
    lighter: sumOf(newNodes, ({ pool, pods }) => (heaviest - (pool.spec.weight ?? 0)) * pods.length),
    price: sumOf(newNodes, ({ cheapest }) => cheapest.offering.price + nodePrice),
  };
}

const sumOf = <T>(all: readonly T[], amount: (one: T) => number): number =>
  all.reduce((sum, one) => sum + amount(one), 0);

/** Who is content to come late asks for less than any aim. */
function rankOf({ aim, backlog: { podClass } }: Ask): number {
  const rank = podClass.aims.indexOf(aim);
  return rank < 0 ? podClass.aims.length : rank;
}

/** What rounding makes of a sum of prices. */
const noise = 1e-9;

export function isBetter(a: Merit, b: Merit): boolean {
  const deciding = order.find((each) => Math.abs(a[each] - b[each]) > noise);
  return deciding !== undefined && a[deciding] < b[deciding];
}
