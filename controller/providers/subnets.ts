import type { EC2NodeClass, SubnetSelectorTerm } from "../api/ec2-node-class";
import type { Clock } from "../ports/clock";
import { Cache } from "./cache";
import type { Ec2DiscoveryApi, Subnet } from "./ec2-discovery-api";
import { byText, queries, tagFilters, uniqueById } from "./selector";

interface Deps {
  readonly ec2: Pick<Ec2DiscoveryApi, "subnets">;
  readonly clock: Clock;
  /** How long an answer is good for. @default 60_000 */
  readonly refreshMs?: number;
}

/** The subnets that a class selects, and the roomiest one in each zone, counting what launches are about to take. */
export class Subnets {
  readonly #ec2: Deps["ec2"];
  readonly #cache: Cache<readonly Subnet[]>;
  /** Addresses that launches took since the subnet was last described. */
  readonly #taken = new Map<string, number>();

  constructor({ ec2, clock, refreshMs = 60_000 }: Deps) {
    this.#ec2 = ec2;
    this.#cache = new Cache(clock, refreshMs);
  }

  /** Most free addresses first, then by id. */
  async selected({ spec: { subnetSelectorTerms } }: Pick<EC2NodeClass, "spec">): Promise<readonly Subnet[]> {
    const found = await this.#cache.get(JSON.stringify(subnetSelectorTerms), () => this.#ask(subnetSelectorTerms));
    return [...found].sort((a, b) => this.#free(b) - this.#free(a) || byText(a.id, b.id));
  }

  /** The roomiest subnet of each zone among those in the class' status. */
  async roomiestByZone(nodeClass: EC2NodeClass): Promise<ReadonlyMap<string, Subnet>> {
    const resolved = new Set(nodeClass.status?.subnets?.map(({ id }) => id));
    const byZone = new Map<string, Subnet>();
    for (const subnet of await this.selected(nodeClass)) {
      if (resolved.has(subnet.id) && !byZone.has(subnet.zone)) byZone.set(subnet.zone, subnet);
    }
    return byZone;
  }

  /** A launch is about to take so many addresses. Returns how to give them back when the launch went elsewhere. */
  take(subnetId: string, addresses: number): () => void {
    const add = (count: number): void => {
      this.#taken.set(subnetId, (this.#taken.get(subnetId) ?? 0) + count);
    };
    add(addresses);
    return () => {
      add(-addresses);
    };
  }

  /** EC2 said that the subnet is full: it comes last until it is described again. */
  exhausted(subnetId: string): void {
    this.#taken.set(subnetId, Number.MAX_SAFE_INTEGER);
  }

  #free({ id, freeIps }: Subnet): number {
    return Math.max(0, freeIps - (this.#taken.get(id) ?? 0));
  }

  async #ask(terms: readonly SubnetSelectorTerm[]): Promise<readonly Subnet[]> {
    const asked = queries(terms, { idFilter: "subnet-id", others: ({ tags }) => tagFilters(tags) });
    const found = uniqueById(await Promise.all(asked.map((filters) => this.#ec2.subnets(filters))));
    for (const { id } of found) this.#taken.delete(id);
    return found;
  }
}
