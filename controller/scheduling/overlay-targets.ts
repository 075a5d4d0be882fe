import { labels } from "../api/labels";
import type { NodeOverlay } from "../api/node-overlay";
import type { NodePool } from "../api/node-pool";
import type { RequirementSpec } from "../api/requirement";
import { normalized } from "../api/well-known";
import type { InstanceType, Offering } from "./instance-type";
import { agree, allows, intersect, type Requirement, requirementOf } from "./requirement";
import { conflict, ofLabels, type Requirements, requirementsOf } from "./requirements";

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
 * and that are sold as it asks (https://karpenter.sh/docs/concepts/nodeoverlays/). Whether an offering is on sale right
 * now plays no part.
 */
export function targetsOf({ spec }: NodeOverlay, { pool, instanceTypes }: PoolTypes): readonly Target[] {
  const wants = requirementsOf(spec.requirements);
  const ofPool = labelsOf(pool);
  return instanceTypes.flatMap((type) => {
    if (conflict(said(wants, ofPool, ofType(type)), wants) !== undefined) return [];
    const offerings = type.offerings.filter((offering) => isSoldAs(offering, wants));
    return offerings.length === 0 ? [] : [{ type, offerings }];
  });
}

/** What every node of the pool carries, whatever its type. */
const labelsOf = ({ metadata, spec }: NodePool): Requirements =>
  ofLabels({ ...spec.template.metadata?.labels, [labels.nodePool]: metadata.name });

const read = new WeakMap<readonly RequirementSpec[], Requirements>();

/** Prices come and go, but what a type is like stays, so it is read once. */
function ofType({ requirements }: InstanceType): Requirements {
  const known = read.get(requirements) ?? requirementsOf(requirements);
  read.set(requirements, known);
  return known;
}

/** What pool and type together say about what is asked. */
function said(wants: Requirements, ofPool: Requirements, type: Requirements): Requirements {
  const answers = new Map<string, Requirement>();
  for (const key of wants.keys()) {
    const [own, theirs] = [ofPool.get(key), type.get(key)];
    const answer = own !== undefined && theirs !== undefined ? intersect(own, theirs) : (own ?? theirs);
    if (answer !== undefined) answers.set(key, answer);
  }
  return answers;
}

/** Nothing that the offering says of itself is against what is asked. */
function isSoldAs(offering: Offering, wants: Requirements): boolean {
  for (const wanted of wants.values()) if (!suits(offering, wanted)) return false;
  return true;
}

function suits({ zone, capacityType, requirements = [] }: Offering, wanted: Requirement): boolean {
  if (wanted.key === labels.zone) return allows(wanted, zone);
  if (wanted.key === labels.capacityType) return allows(wanted, capacityType);
  return requirements.every((spec) => normalized(spec.key) !== wanted.key || agree(requirementOf(spec), wanted));
}
