import type { InstanceType, Offering } from "../scheduling/instance-type";

/** A type that may be launched, and where. */
export interface Choice {
  readonly type: InstanceType;
  /** On sale and wanted, cheapest first; never empty. */
  readonly offerings: readonly Offering[];
}

/** One thing to ask for: a type in a zone, bought in one way. */
export interface Lot {
  readonly type: InstanceType;
  readonly offering: Offering;
}

const capacityTypes = ["reserved", "spot", "on-demand"] as const;

/** What a fleet is asked for: reserved before spot before on-demand, since it buys in one way only. */
export function lotsOf(choices: readonly Choice[]): readonly Lot[] {
  const lots = choices.flatMap(({ type, offerings }) => offerings.map((offering) => ({ type, offering })));
  const bought = capacityTypes.find((kind) => lots.some(({ offering }) => offering.capacityType === kind));
  return lots.filter(({ offering }) => offering.capacityType === bought);
}
