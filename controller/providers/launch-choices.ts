import { annotations, labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import { toNumber } from "../api/quantity";
import type { ResourceList } from "../api/kube-object";
import { InsufficientCapacityError } from "../ports/errors";
import type { InstanceType } from "../scheduling/instance-type";
import { allowsAll, offeringsFor, typeMeets, valuesOf, wishesOf, type Wishes } from "./compatibility";
import type { Choice } from "./lots";
import { reservedFirst } from "./reserved-choices";
import { byText } from "./selector";

/** EC2 takes 300 overrides; sixty types times a handful of zones stay below it. */
const MOST_TYPES = 60;
/** Turns Nitro Enclaves on; no type has it as a resource. */
export const NITRO_SANDBOX = "eks.amazonaws.com/nitro-sandbox";

/**
 * What to ask EC2 for: at most sixty types, cheapest first, that hold the claim.
 * @throws InsufficientCapacityError when nothing is left
 */
export function choicesFor(claim: NodeClaim, types: readonly InstanceType[]): readonly Choice[] {
  const wishes = wishesOf(claim.spec.requirements);
  const floors = claim.spec.requirements.flatMap(({ key, minValues }) =>
    minValues === undefined ? [] : [{ key, minValues }],
  );
  const compatible = reservedFirst(onSale(types, wishes, claim.spec.resources?.requests ?? {}));
  // With a floor on the variety of values every type may be the one that is needed.
  const narrowed = floors.length > 0 ? compatible : withoutDearSpot(withoutExotic(compatible), wishes);
  const relaxed = claim.metadata.annotations?.[annotations.minValuesRelaxed] === "true";
  const chosen = cheapest(narrowed, relaxed ? [] : floors, wishes);
  if (chosen.length > 0) return chosen;
  throw new InsufficientCapacityError(
    `no instance type on sale meets the requirements and resources of claim ${claim.metadata.name}`,
  );
}

function onSale(types: readonly InstanceType[], wishes: Wishes, requests: ResourceList): readonly Choice[] {
  const needs = Object.entries(requests)
    .filter(([name]) => name !== NITRO_SANDBOX)
    .map(([name, quantity]) => [name, toNumber(quantity)] as const);
  return types.flatMap((type) => {
    const offerings = [...offeringsFor(wishes, type)].sort((a, b) => a.price - b.price || byText(a.zone, b.zone));
    if (offerings.length === 0 || !typeMeets(wishes, type)) return [];
    return needs.every(([name, need]) => need <= toNumber(type.allocatable[name] ?? "0")) ? [{ type, offerings }] : [];
  });
}

const accelerators = [
  "nvidia.com/gpu",
  "amd.com/gpu",
  "habana.ai/gaudi",
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
];

const isExotic = ({ type: { name, capacity } }: Choice): boolean =>
  name.includes(".metal") || accelerators.some((resource) => resource in capacity);

/** Metal and accelerators only where nothing else will do. */
function withoutExotic(choices: readonly Choice[]): readonly Choice[] {
  const plain = choices.filter((choice) => !isExotic(choice));
  return plain.length > 0 ? plain : choices;
}

/** Spot that costs more than on-demand is no bargain. */
function withoutDearSpot(choices: readonly Choice[], wishes: Wishes): readonly Choice[] {
  const both = ["spot", "on-demand"].every((kind) => allowsAll(wishes, labels.capacityType, kind));
  const steady = choices.flatMap(({ offerings }) =>
    offerings.filter(({ capacityType }) => capacityType === "on-demand"),
  );
  if (!both || steady.length === 0) return choices;
  const limit = Math.min(...steady.map(({ price }) => price));
  return choices.flatMap(({ type, offerings }) => {
    const left = offerings.filter(({ capacityType, price }) => capacityType !== "spot" || price <= limit);
    return left.length > 0 ? [{ type, offerings: left }] : [];
  });
}

interface Floor {
  readonly key: string;
  readonly minValues: number;
}

/** The cheapest types, among them as many values of each key as its floor asks for; none when that cannot be. */
function cheapest(choices: readonly Choice[], floors: readonly Floor[], wishes: Wishes): readonly Choice[] {
  const byPrice = [...choices].sort(comparePrices);
  const needed = floors.flatMap((floor) => varied(byPrice, floor, wishes));
  const kept = new Set(needed);
  for (const choice of byPrice) if (kept.size < MOST_TYPES) kept.add(choice);
  const chosen = [...kept].sort(comparePrices).slice(0, MOST_TYPES);
  return floors.every((floor) => varied(chosen, floor, wishes).length >= floor.minValues) ? chosen : [];
}

const priceOf = ({ offerings }: Choice): number => offerings[0]?.price ?? Infinity;
const comparePrices = (a: Choice, b: Choice): number => priceOf(a) - priceOf(b) || byText(a.type.name, b.type.name);

/** The first choices that each bring a new value of the key, up to its floor. */
function varied(choices: readonly Choice[], { key, minValues }: Floor, wishes: Wishes): readonly Choice[] {
  const seen = new Set<string>();
  return choices.filter(({ type }) => {
    if (seen.size >= minValues) return false;
    const before = seen.size;
    for (const value of valuesIn(type, key)) if (allowsAll(wishes, key, value)) seen.add(value);
    return seen.size > before;
  });
}

const valuesIn = (type: InstanceType, key: string): readonly string[] =>
  type.requirements
    .filter((label) => label.key === key)
    .flatMap((label) => valuesOf(label).flatMap((value) => value ?? []));
