import type { ResourceList } from "../api/kube-object";
import { formatQuantity, parseQuantity } from "../api/quantity";
import type { InstanceType, Offering } from "./instance-type";
import { adjustedPrice, type PriceChange } from "./overlay-price";

/** What overlays make different about one type. */
export interface TypeChange {
  /** Offerings of the type that get another price. */
  readonly prices: ReadonlyMap<Offering, PriceChange>;
  readonly capacity: ResourceList;
}

/** The type with its changes. What does not change is shared with the type as it was, which stays as it was. */
export function decorated(type: InstanceType, { prices, capacity }: TypeChange): InstanceType {
  const grows = Object.keys(capacity).length > 0;
  return {
    ...type,
    ...(prices.size > 0 && { offerings: type.offerings.map((offering) => repriced(offering, prices.get(offering))) }),
    ...(grows && withResources(type, capacity)),
    overlaid: { price: prices.size > 0, ...(grows && { capacity }) },
  };
}

const repriced = (offering: Offering, change: PriceChange | undefined): Offering =>
  change === undefined ? offering : { ...offering, price: adjustedPrice(offering.price, change) };

function withResources(
  { capacity, allocatable }: InstanceType,
  added: ResourceList,
): Pick<InstanceType, "capacity" | "allocatable"> {
  const whole = { ...capacity, ...added };
  const hugePages = hugePagesIn(whole) - hugePagesIn(capacity);
  const left = { ...allocatable, ...added };
  return { capacity: whole, allocatable: hugePages === 0n ? left : { ...left, ...memoryWithout(hugePages, left) } };
}

/**
 * Huge pages are taken out of the memory that pods can have
 * (https://kubernetes.io/docs/tasks/manage-hugepages/scheduling-hugepages/).
 */
function memoryWithout(nanos: bigint, { memory }: ResourceList): ResourceList {
  if (memory === undefined) return {};
  const before = parseQuantity(memory);
  const after = before.nanos - nanos;
  return { memory: formatQuantity({ ...before, nanos: after > 0n ? after : 0n }) };
}

const hugePagesIn = (list: ResourceList): bigint =>
  Object.entries(list)
    .filter(([name]) => name.startsWith("hugepages-"))
    .reduce((sum, [, quantity]) => sum + parseQuantity(quantity).nanos, 0n);
