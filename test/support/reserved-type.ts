import { labels } from "#controller/api/labels";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";

/** The type with some instances reserved, at the price that Karpenter gives them. */
export function reserved(
  type: InstanceType,
  parts: { id: string; remaining: number } & Partial<Offering>,
): InstanceType {
  const { id, remaining, ...more } = parts;
  const price = Math.max(...type.offerings.map((each) => each.price)) / 1e7;
  const offering: Offering = {
    ...{ zone: "test-zone-a", capacityType: "reserved", price, available: true, ...more },
    reservation: { id, remaining },
  };
  const requirements = type.requirements.map((each) =>
    each.key === labels.capacityType ? { ...each, values: [...(each.values ?? []), "reserved"] } : each,
  );
  return {
    ...type,
    requirements: [...requirements, { key: labels.reservationId, operator: "In", values: [id] }],
    offerings: [...type.offerings, offering],
  };
}
