import { nodePoolHash, nodePoolHashVersion } from "../api/hash";
import type { Labels, OwnerReference } from "../api/kube-object";
import { annotations, labels } from "../api/labels";
import type { NodeClaim, NodeClaimSpec } from "../api/node-claim";
import { nodeClassLabel, type NodePool } from "../api/node-pool";
import type { RequirementSpec } from "../api/requirement";
import { isRestricted, isWellKnown } from "../api/well-known";
import { overlayAnnotations } from "./overlay-annotations";
import type { PlannedNode } from "./plan";
import { someValueOf } from "./requirement";
import { requirementsOf } from "./requirements";

/** A claim to be created; the API server completes its name. */
export interface NewNodeClaim extends Pick<NodeClaim, "spec"> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly generateName: string;
    readonly labels: Labels;
    readonly annotations: Labels;
    readonly ownerReferences: readonly OwnerReference[];
  };
}

/** What a claim has where its pool says nothing. */
export type ClaimDefaults = Pick<NodeClaimSpec, "terminationGracePeriod">;

/** The claim that asks for a planned node. Deleting its pool deletes it, in the foreground. */
export function toNodeClaim(planned: PlannedNode, defaults: ClaimDefaults = {}): NewNodeClaim {
  const { pool, requirements, minValuesRelaxed } = planned;
  const { metadata: { labels: templateLabels, annotations: templateAnnotations } = {}, spec } = pool.spec.template;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      generateName: `${pool.metadata.name}-`,
      labels: {
        ...settledLabels(requirements),
        ...templateLabels,
        [labels.nodePool]: pool.metadata.name,
        [nodeClassLabel(spec.nodeClassRef)]: spec.nodeClassRef.name,
      },
      annotations: {
        ...templateAnnotations,
        ...overlayAnnotations(planned.instanceTypes),
        [annotations.nodePoolHash]: nodePoolHash(pool),
        [annotations.nodePoolHashVersion]: nodePoolHashVersion,
        [annotations.minValuesRelaxed]: String(minValuesRelaxed),
      },
      ownerReferences: [ownedBy(pool)],
    },
    spec: { ...defaults, ...specOf(planned) },
  };
}

function specOf({ pool, requirements, instanceTypes, requests }: PlannedNode): NodeClaimSpec {
  const types: RequirementSpec = {
    ...requirements.find(({ key, minValues }) => key === labels.instanceType && minValues !== undefined),
    key: labels.instanceType,
    operator: "In",
    values: instanceTypes.map(({ name }) => name),
  };
  return {
    ...pool.spec.template.spec,
    requirements: [...requirements.filter(({ key }) => key !== labels.instanceType), types],
    resources: { requests },
  };
}

const ownedBy = ({ metadata: { name, uid = "" } }: NodePool): OwnerReference => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  name,
  uid,
  blockOwnerDeletion: true,
});

/**
 * Labels of one's own that requirements leave open get a value here; well-known ones come with the machine. Where no
 * label's value would do, as for `Lt 0`, there is none.
 */
function settledLabels(specs: readonly RequirementSpec[]): Labels {
  const own = [...requirementsOf(specs).values()].filter(({ key }) => !isWellKnown(key) && !isRestricted(key));
  return Object.fromEntries(
    own
      .filter(({ absent }) => !absent)
      .map((each) => [each.key, someValueOf(each)] as const)
      .filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}
