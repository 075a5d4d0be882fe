import type { EC2NodeClass, SecurityGroupSelectorTerm } from "../api/ec2-node-class";
import type { Clock } from "../ports/clock";
import { Cache } from "./cache";
import type { Ec2DiscoveryApi, Filter, SecurityGroup } from "./ec2-discovery-api";
import { byText, queries, tagFilters, uniqueById } from "./selector";

const REFRESH_MS = 60_000;

interface Deps {
  readonly ec2: Pick<Ec2DiscoveryApi, "securityGroups">;
  readonly clock: Clock;
}

/** The security groups that a class selects: all of them go on its machines. */
export class SecurityGroups {
  readonly #ec2: Deps["ec2"];
  readonly #cache: Cache<readonly SecurityGroup[]>;

  constructor({ ec2, clock }: Deps) {
    this.#ec2 = ec2;
    this.#cache = new Cache(clock, REFRESH_MS);
  }

  /** By id. */
  async selected({ spec }: Pick<EC2NodeClass, "spec">): Promise<readonly SecurityGroup[]> {
    const terms = spec.securityGroupSelectorTerms;
    return this.#cache.get(JSON.stringify(terms), async () => {
      const asked = queries(terms, { idFilter: "group-id", others: filtersOf });
      const found = uniqueById(await Promise.all(asked.map((filters) => this.#ec2.securityGroups(filters))));
      return [...found].sort((a, b) => byText(a.id, b.id));
    });
  }
}

const filtersOf = ({ name, tags }: SecurityGroupSelectorTerm): readonly Filter[] => [
  ...(name === undefined ? [] : [{ name: "group-name", values: [name] }]),
  ...tagFilters(tags),
];
