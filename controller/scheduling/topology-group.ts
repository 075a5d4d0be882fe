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
  /** Domains that exist or can be had; empty where each node is one. */
  readonly domains: ReadonlySet<string>;
  /** Domains whose emptiness counts also for pods that could not go there (`nodeAffinityPolicy: Ignore`). */
  readonly alwaysCounted: ReadonlySet<string>;
  readonly #pods = new Map<string, number>();
  readonly #owners = new Map<string, number>();
  #total = 0;

  constructor(
    term: TopologyTerm,
    perNode: number,
    domains: { readonly all: ReadonlySet<string>; readonly counted: ReadonlySet<string> },
  ) {
    this.term = term;
    this.perNode = perNode;
    this.domains = domains.all;
    this.alwaysCounted = domains.counted;
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
    return this.#pods.get(domain) ?? 0;
  }

  ownersIn(domain: string): number {
    return this.#owners.get(domain) ?? 0;
  }

  add(domain: string, count: number): void {
    this.#total += count;
    this.#pods.set(domain, this.podsIn(domain) + count);
  }

  addOwners(domain: string, count: number): void {
    this.#owners.set(domain, this.ownersIn(domain) + count);
  }

  /** Counts pods that run on a node already. */
  welcome(node: NodeState, count: number): void {
    const domain = this.#domainOf(node);
    if (domain !== undefined) this.add(domain, count);
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
