import { untolerated } from "../api/pod-state";
import type { Taint } from "../api/kube-object";
import { describePort, isPort } from "./host-ports";
import type { PoolPlan } from "./pool-plan";
import type { PoolChoice } from "./problem";
import { describe, isImpossible } from "./requirement";
import { conflictWithMachine, conflictWithTemplate, machineSuits } from "./requirements";
import { toResourceList } from "./resources";
import { affords, type Machine, offered } from "./template";
import { factsOf } from "./type-facts";
import { at, type Dimensions, type Vector } from "./vector";
import type { Wish } from "./wish";

/** A pool as it was given and as it was planned. */
export interface PoolView {
  readonly choice: PoolChoice;
  readonly plan: PoolPlan;
}

interface Asked {
  readonly wish: Wish;
  readonly requests: Vector;
}

/** Explains why one pool has no node for pods; what depends on their wish alone is worked out once. */
export class PoolExplainer {
  readonly #view: PoolView;
  readonly #dimensions: Dimensions;
  readonly #byWish = new Map<Wish, Sifted>();

  constructor(view: PoolView, dimensions: Dimensions) {
    this.#view = view;
    this.#dimensions = dimensions;
  }

  get name(): string {
    return this.#view.choice.pool.metadata.name;
  }

  get wantsVariety(): boolean {
    return this.#view.plan.template.wantsVariety;
  }

  /**
   * Which constraint excludes how many of the pool's instance types, and what would have been enough. Undefined when
   * nothing of the pool's own is in the way.
   */
  explain({ wish, requests }: Asked): string | undefined {
    const { taints, requirements } = this.#view.plan.template;
    const taint = untolerated(taints, wish.tolerations);
    if (taint !== undefined) return `taint ${describeTaint(taint)} is not tolerated`;
    const contradiction = [...requirements.values()].find(isImpossible);
    if (contradiction !== undefined) return `its labels and requirements contradict each other on ${contradiction.key}`;
    const conflict = conflictWithTemplate(requirements, wish.requirements);
    if (conflict !== undefined) return conflict.reason;
    if (this.#view.choice.instanceTypes.length === 0) return "its class has no instance types";
    return this.#explainTypes({ wish, requests });
  }

  #explainTypes({ wish, requests }: Asked): string | undefined {
    const { tally, machines } = this.#sifted(wish);
    const counts = new Tally(tally);
    const open = machines.filter((machine) => counts.passes(this.#exclusion(machine, { wish, requests })));
    const limits = open.length > 0 ? this.#limitsReached(open) : undefined;
    if (open.length > 0 && limits === undefined) return undefined;
    return [counts.text(), limits].filter((part) => part !== undefined).join("; ");
  }

  /** Machines whose labels suit the wish, and what excluded the others. */
  #sifted(wish: Wish): Sifted {
    const known = this.#byWish.get(wish);
    if (known !== undefined) return known;
    const { choice, plan } = this.#view;
    const tally = new Tally();
    for (const type of choice.instanceTypes) {
      const refusal = conflictWithMachine(factsOf(type).requirements, plan.template.requirements);
      if (refusal !== undefined) tally.count(`the pool's ${shortName(refusal.key)}`);
    }
    const machines = plan.template.machines.filter(({ requirements }) => {
      const refusal = conflictWithMachine(requirements, wish.requirements);
      return tally.passes(refusal && `${shortName(refusal.key)} (asks ${valuesAsked(wish, refusal.key)})`);
    });
    this.#byWish.set(wish, { tally, machines });
    return { tally, machines };
  }

  #exclusion(machine: Machine, { wish, requests }: Asked): string | undefined {
    const shortage = this.#dimensions.shortage(machine.room, requests);
    if (shortage !== undefined) return this.#describeShortage(shortage, requests);
    const { root, isUsedUp } = this.#view.plan;
    const suitable = root
      .offersOf(machine)
      .filter((offer) =>
        [...wish.requirements.values()].every((wanted) => machineSuits(offered(offer, wanted.key), wanted)),
      );
    if (suitable.length === 0) return "having no available offering";
    return suitable.every(isUsedUp) ? "reservations that are used up" : undefined;
  }

  /** "memory (asks 80Gi, the largest has 61Gi)": of all machines of the pool, what daemons leave for pods. */
  #describeShortage(name: string, requests: Vector): string {
    if (isPort(name)) return describePort(name);
    const position = this.#dimensions.names.indexOf(name);
    const rooms = this.#view.plan.template.machines.map(({ room }) => at(room, position));
    const most = rooms.reduce((largest, room) => Math.max(largest, room), 0);
    return `${name} (asks ${quantity(name, at(requests, position))}, the largest has ${quantity(name, most)})`;
  }

  /**
   * Machines would do, but the pool may not have them: what is left of its limits, and what the smallest would take.
   */
  #limitsReached(machines: readonly Machine[]): string | undefined {
    const { template, left } = this.#view.plan;
    const { limits = {} } = template.pool.spec;
    if (machines.some((machine) => affords(left, machine))) return undefined;
    const reached = this.#dimensions.names.flatMap((name, i) => {
      const least = Math.min(...machines.map(({ capacity }) => at(capacity, i)));
      if (!(name in limits) || least <= at(left, i)) return [];
      const rest = quantity(name, Math.max(0, at(left, i)));
      return [`limit ${name} ${limits[name] ?? ""} reached (${rest} left, ${quantity(name, least)} needed)`];
    });
    return reached.length > 0 ? reached.join(", ") : "its limits together leave no room";
  }
}

interface Sifted {
  readonly tally: Tally;
  readonly machines: readonly Machine[];
}

/** Counts what excluded instance types. */
class Tally {
  readonly #counts: Map<string, number>;

  constructor(before?: Tally) {
    this.#counts = new Map(before === undefined ? [] : before.#counts);
  }

  count(by: string): void {
    this.#counts.set(by, (this.#counts.get(by) ?? 0) + 1);
  }

  passes(exclusion: string | undefined): boolean {
    if (exclusion !== undefined) this.count(exclusion);
    return exclusion === undefined;
  }

  /** "42 types excluded by arch, 13 by memory", the most first. */
  text(): string | undefined {
    const sorted = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const [first, ...rest] = sorted.map(([by, types]) => ({ by, types }));
    if (first === undefined) return undefined;
    const head = `${first.types} ${first.types === 1 ? "type" : "types"} excluded by ${first.by}`;
    return [head, ...rest.map(({ by, types }) => `${types} by ${by}`)].join(", ");
  }
}

/** Without the key, which stands before. */
function valuesAsked({ requirements }: Wish, key: string): string {
  const requirement = requirements.get(key);
  return requirement === undefined ? "" : describe(requirement).replaceAll(`${key} `, "");
}

const quantity = (name: string, amount: number): string =>
  toResourceList({ [name]: Math.floor(amount) })[name] ?? String(amount);

const shortName = (key: string): string => key.slice(key.lastIndexOf("/") + 1);

const describeTaint = ({ key, value = "", effect }: Taint): string =>
  `${key}${value === "" ? "" : `=${value}`}:${effect}`;
