import type { SpreadGroup } from "./spread-group";

/** How many pods each domain has so far; one that is not of the universe counts while it has pods. */
export class Tally {
  readonly group: SpreadGroup;
  readonly #counts: Map<string, number>;
  /** How many domains have so many pods. */
  readonly #domainsWith: number[] = [];
  #fewest = 0;

  constructor(group: SpreadGroup) {
    this.group = group;
    this.#counts = new Map([...group.terrain.universe].map((domain) => [domain, 0]));
    this.#domainsWith[0] = this.#counts.size;
    for (const { place, isNew } of group.counted) {
      const domain = group.terrain.domains.get(place);
      if (!isNew && domain !== undefined) this.add(domain);
    }
  }

  add(domain: string): void {
    this.#set(domain, this.at(domain) + 1);
  }

  remove(domain: string): void {
    this.#set(domain, this.at(domain) - 1);
  }

  at(domain: string): number {
    return this.#counts.get(domain) ?? 0;
  }

  get fewest(): number {
    return this.#counts.size < this.group.minDomains ? 0 : this.#fewest;
  }

  #set(domain: string, count: number): void {
    const before = this.#counts.get(domain);
    if (before !== undefined) this.#domainsWith[before] = (this.#domainsWith[before] ?? 0) - 1;
    if (count === 0 && !this.group.terrain.universe.has(domain)) this.#counts.delete(domain);
    else {
      this.#counts.set(domain, count);
      this.#domainsWith[count] = (this.#domainsWith[count] ?? 0) + 1;
      this.#fewest = Math.min(this.#fewest, count);
    }
    if (this.#counts.size === 0) this.#fewest = 0;
    else while ((this.#domainsWith[this.#fewest] ?? 0) === 0) this.#fewest++;
  }
}
