import type { CapacityReservation, CapacityReservationSelectorTerm, EC2NodeClass } from "../api/ec2-node-class";
import type { Clock } from "../ports/clock";
import { meaningOf } from "./aws-errors";
import { Cache } from "./cache";
import type { CountedReservation, Ec2DiscoveryApi, Filter } from "./ec2-discovery-api";
import { byText, tagFilters, uniqueById } from "./selector";
import { TakenInstances } from "./taken-instances";

const REFRESH_MS = 60_000;
/**
 * EC2 begins to terminate the machines of a capacity block half an hour before its end; so much earlier nothing is
 * launched there any more, and what runs there moves
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-how.html).
 */
const BLOCK_EXPIRES_MS = 40 * 60_000;

interface Deps {
  readonly ec2: Pick<Ec2DiscoveryApi, "capacityReservations">;
  readonly clock: Clock;
}

/** The capacity reservations that classes select, and how many instances each has left. */
export class CapacityReservations {
  readonly #deps: Deps;
  readonly #cache: Cache<readonly CountedReservation[]>;
  readonly #taken = new TakenInstances();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#cache = new Cache(deps.clock, REFRESH_MS);
  }

  /** Those that have not ended, by id. */
  async selected({ spec }: Pick<EC2NodeClass, "spec">): Promise<readonly CapacityReservation[]> {
    const terms = spec.capacityReservationSelectorTerms ?? [];
    if (terms.length === 0) return [];
    const found = await this.#cache.get(JSON.stringify(terms), () => this.#ask(terms));
    const now = this.#deps.clock.now();
    return found.flatMap((each) => seenAt(each, now)).sort((a, b) => byText(a.id, b.id));
  }

  /** Sees to it that it is known what is left in the reservations that the class is said to have. */
  async count(nodeClass: EC2NodeClass): Promise<void> {
    const { capacityReservations = [] } = nodeClass.status ?? {};
    if (capacityReservations.some(({ id }) => this.left(id) === undefined)) await this.selected(nodeClass);
  }

  /**
   * EC2's number less what our launches take that it has not counted yet, and less one for each of these claims that
   * is not launching; undefined for a reservation never heard of.
   */
  left(id: string, claims?: readonly string[]): number | undefined {
    return this.#taken.left(id, claims);
  }

  /** The launch of a claim is about to take one instance. Returns how to say whether it did. */
  take(id: string, claim: string): (isTaken: boolean) => void {
    return this.#taken.take(id, claim);
  }

  /** EC2 had nothing left in it: nor has it for us until it is asked again. */
  exhausted(id: string): void {
    this.#taken.exhausted(id);
  }

  /** What EC2 said may not hold any more: it is asked at the next occasion. */
  forget(): void {
    this.#cache.clear();
  }

  async #ask(terms: readonly CapacityReservationSelectorTerm[]): Promise<readonly CountedReservation[]> {
    const heard = this.#taken.asking();
    const ids = terms.flatMap(({ id }) => id ?? []);
    const others = terms.filter(({ id }) => id === undefined);
    const found = uniqueById(
      await Promise.all([
        ...(ids.length > 0 ? [this.#byId(ids)] : []),
        ...others.map((term) => this.#deps.ec2.capacityReservations({ filters: filtersOf(term), ids: [] })),
      ]),
    );
    heard(found);
    return found;
  }

  /** One that EC2 does not know, since it is long gone, must not hide the others. */
  async #byId(ids: readonly string[]): Promise<readonly CountedReservation[]> {
    try {
      return await this.#deps.ec2.capacityReservations({ filters: [], ids });
    } catch (error) {
      if (meaningOf(error) !== "gone") throw error;
      return ids.length === 1 ? [] : (await Promise.all(ids.map((id) => this.#byId([id])))).flat();
    }
  }
}

const filtersOf = ({ tags, ownerID, instanceMatchCriteria }: CapacityReservationSelectorTerm): readonly Filter[] => [
  ...tagFilters(tags),
  ...(ownerID === undefined ? [] : [{ name: "owner-id", values: [ownerID] }]),
  ...(instanceMatchCriteria === undefined
    ? []
    : [{ name: "instance-match-criteria", values: [instanceMatchCriteria] }]),
];

/** As the status of a class has it; nothing once it has ended. */
function seenAt({ described }: CountedReservation, now: number): readonly CapacityReservation[] {
  const { endTime, reservationType } = described;
  const left = endTime === undefined ? Infinity : Date.parse(endTime) - now;
  if (left <= 0) return [];
  const isExpiring = reservationType === "capacity-block" && left <= BLOCK_EXPIRES_MS;
  return [{ ...described, state: isExpiring ? "expiring" : "active" }];
}
