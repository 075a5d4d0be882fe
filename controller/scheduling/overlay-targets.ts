import { labels } from "../api/labels";
import type { NodeOverlay } from "../api/node-overlay";
import type { NodePool } from "../api/node-pool";
import { normalized } from "../api/well-known";
import type { InstanceType, Offering } from "./instance-type";
import { only, requirementOf } from "./requirement";
import { allOf, both, conflict, disagreement, ofLabels, type Requirements, requirementsOf } from "./requirements";

/** A pool and what it can launch. */
export interface PoolTypes {
  readonly pool: NodePool;
  readonly instanceTypes: readonly InstanceType[];
}

/** A type that an overlay is for, and those of its offerings that it is for; never none. */
export interface Target {
  readonly type: InstanceType;
  readonly offerings: readonly Offering[];
}

/**
 * What an overlay is for in one pool: types that, with the pool's name and labels, have every label that it asks for,
 * and that are sold as it asks (karpenter-core §2.10). Whether an offering is on sale right now plays no part.
 */
export function targetsOf({ spec }: NodeOverlay, { pool, instanceTypes }: PoolTypes): readonly Target[] {
  const wants = requirementsOf(spec.requirements);
  const ofPool = labelsOf(pool);
  return instanceTypes.flatMap((type) => {
    if (conflict(both(ofPool, spoken(type, wants)), wants) !== undefined) return [];
    const offerings = type.offerings.filter((offering) => disagreement(labelsSold(offering), wants) === undefined);
    return offerings.length === 0 ? [] : [{ type, offerings }];
  });
}

/** What every node of the pool carries, whatever its type. */
const labelsOf = ({ metadata, spec }: NodePool): Requirements =>
  ofLabels({ ...spec.template.metadata?.labels, [labels.nodePool]: metadata.name });

/** What the type says about the keys that are asked for; to read all that it says would take longer. */
const spoken = (type: InstanceType, wants: Requirements): Requirements =>
  allOf(type.requirements.filter(({ key }) => wants.has(normalized(key))).map(requirementOf));

const labelsSold = ({ zone, capacityType, requirements }: Offering): Requirements =>
  allOf([only(labels.zone, zone), only(labels.capacityType, capacityType), ...requirementsOf(requirements).values()]);
