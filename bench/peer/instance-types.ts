import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import { normalized, wellKnown } from "#controller/api/well-known";
import type { InstanceType } from "#controller/scheduling/instance-type";

/**
 * The peer asks of its providers that a type mentions every well-known label, and takes one that is not mentioned for
 * one that may have any value; for us it is one that the machine will not carry. So what is missing is added.
 */
export const completed = (types: readonly InstanceType[]): readonly InstanceType[] => types.map(withAbsentLabels);

/** Without what the peer would buy though it is not for sale. */
export const unreserved = (types: readonly InstanceType[]): readonly InstanceType[] =>
  types.map((type) => ({ ...type, offerings: type.offerings.filter(({ reservation }) => reservation === undefined) }));

function withAbsentLabels(type: InstanceType): InstanceType {
  const mentioned = new Set(
    [...type.requirements, ...type.offerings.flatMap(({ requirements = [] }) => requirements)].map(({ key }) =>
      normalized(key),
    ),
  );
  if (type.offerings.some(({ reservation }) => reservation !== undefined)) mentioned.add(labels.reservationId);
  const absent = settledByType.filter((key) => !mentioned.has(key));
  return { ...type, requirements: [...type.requirements, ...absent.map(doesNotExist)] };
}

/** The pool's name is the pool's to say; zone and capacity type are the offerings'. */
const settledByType = [...wellKnown].filter(
  (key) => ![labels.nodePool, labels.zone, labels.capacityType].some((other) => other === key),
);

const doesNotExist = (key: string): RequirementSpec => ({ key, operator: "DoesNotExist" });
