import { untolerated } from "../api/pod-state";
import type { InstanceType } from "./instance-type";
import { remembered } from "./memo";
import type { Wish } from "./wish";
import { allows, describe, type Requirement } from "./requirement";
import { both, conflictWithTemplate, disagreement, machineSuits, type Requirements, signatureOf } from "./requirements";
import { type Machine, type Offer, offered, type Template } from "./template";

/**
 * A node of one pool, narrowed by the pods that it will hold: what it requires, and which offers are still open to it.
 * Scopes only ever narrow; narrowing the same scopes by the same wishes gives the same object, in whatever order.
 */
export class Scope {
  readonly template: Template;
  readonly requirements: Requirements;
  /** By position in `template.offers`: 1 where the offer is open. */
  readonly open: Uint8Array;
  readonly #pool: PoolScopes;
  #offers: readonly Offer[] | undefined;
  #machines: readonly Machine[] | undefined;
  #byType: Map<InstanceType, Machine[]> | undefined;
  #byMachine: ReadonlyMap<Machine, readonly Offer[]> | undefined;
  readonly #joined = new Map<Wish, Scope | undefined>();
  readonly #values = new Map<string, readonly string[]>();

  constructor(pool: PoolScopes, requirements: Requirements, open: Uint8Array) {
    this.#pool = pool;
    this.template = pool.template;
    this.requirements = requirements;
    this.open = open;
  }

  /** Open offers, cheapest first. */
  get offers(): readonly Offer[] {
    return (this.#offers ??= this.template.offers.filter(({ position }) => this.open[position] === 1));
  }

  /** Machines that can be bought, by their cheapest open offer. */
  get machines(): readonly Machine[] {
    return (this.#machines ??= [...this.#offersByMachine().keys()]);
  }

  /** Those of one type. */
  machinesOf(type: InstanceType): readonly Machine[] {
    if (this.#byType === undefined) {
      this.#byType = new Map<InstanceType, Machine[]>();
      for (const machine of this.machines) remembered(this.#byType, machine.type, () => []).push(machine);
    }
    return this.#byType.get(type) ?? [];
  }

  /** Open offers of one machine, cheapest first. */
  offersOf(machine: Machine): readonly Offer[] {
    return this.#offersByMachine().get(machine) ?? [];
  }

  #offersByMachine(): ReadonlyMap<Machine, readonly Offer[]> {
    if (this.#byMachine !== undefined) return this.#byMachine;
    const byMachine = new Map<Machine, Offer[]>();
    for (const offer of this.offers) {
      const offers = byMachine.get(offer.machine);
      if (offers === undefined) byMachine.set(offer.machine, [offer]);
      else offers.push(offer);
    }
    return (this.#byMachine = byMachine);
  }

  /** What the node may be labelled with: by the machines on offer as far as the pool allows, or by the pool itself. */
  valuesOf(key: string): readonly string[] {
    const known = this.#values.get(key) ?? this.#readValues(key);
    this.#values.set(key, known);
    return known;
  }

  #readValues(key: string): readonly string[] {
    const asked = this.requirements.get(key);
    const onOffer = new Set<string>();
    for (const offer of this.offers) for (const value of offered(offer, key)?.values ?? []) onOffer.add(value);
    if (onOffer.size === 0) return asked?.shape === "only" ? [...asked.values] : [];
    return [...onOffer].filter((value) => asked === undefined || allows(asked, value));
  }

  /** Whether the node may turn out not to have the label. */
  mayLack(key: string): boolean {
    if (this.requirements.get(key)?.absent === false) return false;
    return this.offers.some((offer) => offered(offer, key)?.absent ?? true);
  }

  /**
   * Whether the node may turn out to have the label: one that is merely allowed, and that no machine brings, it will
   * not have.
   */
  mayHave(key: string): boolean {
    if (this.requirements.get(key)?.absent === false) return true;
    return this.offers.some((offer) => offered(offer, key) !== undefined);
  }

  /** The scope of a node that is bought like this, which is open to it. */
  pinnedTo({ pin }: Offer): Scope {
    return pin === undefined ? this : (this.with(pin) ?? this);
  }

  /** The scope with a pod of this wish, or undefined when it cannot join. */
  with(wish: Wish): Scope | undefined {
    const known = this.#joined.get(wish);
    if (known !== undefined || this.#joined.has(wish)) return known;
    const narrowed = this.#pool.narrow(this, wish);
    this.#joined.set(wish, narrowed);
    return narrowed;
  }
}

/** The scopes of one pool, each made once. */
export class PoolScopes {
  readonly template: Template;
  /** An empty node. */
  readonly root: Scope;
  readonly #scopes = new Map<string, Scope>();
  readonly #meeting = new Map<string, Uint8Array>();

  constructor(template: Template) {
    this.template = template;
    this.root = new Scope(this, template.requirements, new Uint8Array(template.offers.length).fill(1));
    this.#scopes.set(signatureOf(template.requirements), this.root);
  }

  narrow(scope: Scope, wish: Wish): Scope | undefined {
    const { taints, requirements } = this.template;
    if (untolerated(taints, wish.tolerations) !== undefined) return undefined;
    if (conflictWithTemplate(requirements, wish.requirements) !== undefined) return undefined;
    if (disagreement(scope.requirements, wish.requirements) !== undefined) return undefined;
    const narrowed = both(scope.requirements, wish.requirements);
    const signature = signatureOf(narrowed);
    const known = this.#scopes.get(signature);
    if (known !== undefined) return known;
    const fresh = new Scope(this, narrowed, this.#openOffers(scope, narrowed, wish.requirements.keys()));
    this.#scopes.set(signature, fresh);
    return fresh;
  }

  #openOffers(scope: Scope, narrowed: Requirements, changed: Iterable<string>): Uint8Array {
    const open = scope.open.slice();
    for (const key of changed) {
      const requirement = narrowed.get(key);
      if (requirement === undefined) continue;
      const meeting = this.#offersMeeting(requirement);
      for (let i = 0; i < open.length; i++) open[i] = (open[i] ?? 0) & (meeting[i] ?? 0);
    }
    return open;
  }

  #offersMeeting(requirement: Requirement): Uint8Array {
    const text = describe(requirement);
    const known = this.#meeting.get(text);
    if (known !== undefined) return known;
    // Very many offers, but few zones, capacity types and the like.
    const verdicts = new Map<Requirement | undefined, boolean>();
    const meeting = Uint8Array.from(this.template.offers, (offer) => {
      const has = offered(offer, requirement.key);
      return Number(remembered(verdicts, has, () => machineSuits(has, requirement)));
    });
    this.#meeting.set(text, meeting);
    return meeting;
  }
}
