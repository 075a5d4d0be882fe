import type { NodeState } from "./problem";
import { isPerNode, type TopologyTerm } from "./topology-term";

/**
 * A topology term and where the pods it is about are: by value of its key, or by node where each node is a domain.
 * A value that is not known counts nobody.
 */
export class TopologyGroup {
  readonly term: TopologyTerm;
  /** Position among the groups whose domains are single nodes, or -1. */
  readonly perNode: number;
  /** For spread: domains that are there or can be had, of which the emptiest counts; none where each node is one. */
  readonly domains: ReadonlySet<string>;
  readonly #settled = new Map<string, number>();
  readonly #planned = new Map<string, number>();
  /**
   * Of the pods that the plan places, those that do not ask for this spread themselves: they may be bound after all
   * that do.
   */
  readonly #late = { settled: new Map<string, number>(), planned: new Map<string, number>() };
  readonly #owners = new Map<string, number>();
  /** Domains in which pods run already. */
  readonly #running = new Set<string>();
  #total = 0;
  #least: number | undefined;

  constructor(term: TopologyTerm, perNode: number, domains: ReadonlySet<string>) {
    this.term = term;
    this.perNode = perNode;
    this.domains = domains;
  }

  /** Whether pods with this term keep others away from where they are. */
  get repelling(): boolean {
    return this.term.kind === "antiAffinity" && this.term.required;
  }

  /** Pods counted anywhere. */
  get total(): number {
    return this.#total;
  }

  podsIn(domain: string): number {
    return (this.#settled.get(domain) ?? 0) + (this.#planned.get(domain) ?? 0);
  }

  /** Domains in which pods were ever counted. */
  get populated(): readonly string[] {
    return [...this.#settled.keys(), ...this.#planned.keys()];
  }

  /** Pods in the emptiest domain; none when there are fewer domains than asked for. */
  get least(): number {
    return (this.#least ??= this.#leastOfAll((domain) => this.podsIn(domain)));
  }

  /** Pods in a domain before those come that can come later. */
  earlyIn(domain: string): number {
    return this.podsIn(domain) - (this.#late.settled.get(domain) ?? 0) - (this.#late.planned.get(domain) ?? 0);
  }

  get earlyLeast(): number {
    return this.#leastOfAll((domain) => this.earlyIn(domain));
  }

  #leastOfAll(podsIn: (domain: string) => number): number {
    let [least, size] = [Infinity, this.domains.size];
    for (const domain of this.domains) least = Math.min(least, podsIn(domain));
    // Where the pods may not go themselves, a domain counts as soon as others are counted there.
    for (const domain of new Set(this.populated)) {
      if (this.domains.has(domain) || podsIn(domain) === 0) continue;
      least = Math.min(least, podsIn(domain));
      size++;
    }
    return size === 0 || size < this.term.minDomains ? 0 : least;
  }

  /** Pods there that have the term themselves; of affinity and spread, those of them that it is about. */
  ownersIn(domain: string): number {
    return this.#owners.get(domain) ?? 0;
  }

  /** Counts pods on a node that is there. */
  settle(domain: string, count: number, isLate = false): void {
    this.#add(this.#settled, domain, count);
    if (isLate) add(this.#late.settled, domain, count);
  }

  /** Counts pods that are to be on a new node, or that no longer are when negative. */
  plan(domain: string, count: number, isLate = false): void {
    this.#add(this.#planned, domain, count);
    if (isLate) add(this.#late.planned, domain, count);
  }

  /** Counts nobody on new nodes any more. */
  forgetPlanned(): void {
    for (const count of this.#planned.values()) this.#total -= count;
    this.#planned.clear();
    this.#late.planned.clear();
    this.#least = undefined;
  }

  #add(counts: Map<string, number>, domain: string, count: number): void {
    this.#total += count;
    add(counts, domain, count);
    this.#least = undefined;
  }

  addOwners(domain: string, count: number): void {
    this.#owners.set(domain, this.ownersIn(domain) + count);
  }

  /** Counts pods that run on a node already. */
  welcome(node: NodeState, count: number): void {
    const domain = this.#domainOf(node);
    if (domain === undefined) return;
    this.settle(domain, count);
    this.#running.add(domain);
  }

  /** Whether any pods run already. */
  get runs(): boolean {
    return this.#running.size > 0;
  }

  runsIn(domain: string): boolean {
    return this.#running.has(domain);
  }

  welcomeOwners(places: ReadonlyMap<NodeState, number>): void {
    for (const [node, count] of places) {
      const domain = this.#domainOf(node);
      if (domain !== undefined) this.addOwners(domain, count);
    }
  }

  #domainOf({ name, labels }: NodeState): string | undefined {
    return isPerNode(this.term) ? name : labels[this.term.key];
  }
}

function add(counts: Map<string, number>, domain: string, count: number): void {
  counts.set(domain, (counts.get(domain) ?? 0) + count);
}
