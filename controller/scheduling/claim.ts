import { nodePoolHash, nodePoolHashVersion } from "../api/hash";
import type { Labels, OwnerReference } from "../api/kube-object";
import { annotations, finalizers, labels } from "../api/labels";
import type { NodeClaimSpec } from "../api/node-claim";
import type { NodePool } from "../api/node-pool";
import type { RequirementSpec } from "../api/requirement";
import type { PlannedNode } from "./plan";

/** A claim about to be created; the API server adds letters to its name. */
export interface NewNodeClaim {
  readonly metadata: {
    readonly generateName: string;
    readonly labels: Labels;
    readonly annotations: Labels;
    readonly finalizers: readonly string[];
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: NodeClaimSpec;
}

/**
 * The claim that asks for a planned node: the pool's template, narrowed to the types that hold the pods (karpenter-core
 * §3.3). It belongs to its pool, so that deleting the pool takes its nodes along; its finalizer is there from the first
 * moment, so that no claim can vanish between its launch and its first reconcile.
 */
export function toNodeClaim(planned: PlannedNode): NewNodeClaim {
  const { pool, requests } = planned;
  const { spec } = pool.spec.template;
  return {
    metadata: {
      generateName: `${pool.metadata.name}-`,
      labels: labelsOf(planned),
      annotations: {
        ...pool.spec.template.metadata?.annotations,
        [annotations.nodePoolHash]: nodePoolHash(pool),
        [annotations.nodePoolHashVersion]: nodePoolHashVersion,
        [annotations.minValuesRelaxed]: String(planned.minValuesRelaxed),
      },
      finalizers: [finalizers.termination],
      ownerReferences: [ownerOf(pool)],
    },
    spec: { ...spec, requirements: requirementsOf(planned), resources: { requests } },
  };
}

/** The template's own labels, and those that the requirements leave no choice about. */
function labelsOf({ pool, requirements }: PlannedNode): Labels {
  const settled = requirements.flatMap(({ key, operator, values = [] }) =>
    operator === "In" && values.length === 1 ? values.map((value) => [key, value] as const) : [],
  );
  return {
    ...Object.fromEntries(settled),
    ...pool.spec.template.metadata?.labels,
    [labels.nodePool]: pool.metadata.name,
    [labels.nodeClass]: pool.spec.template.spec.nodeClassRef.name,
  };
}

/** Every type that holds the pods, so that EC2 has a choice; a pool's `minValues` on the type goes with it. */
function requirementsOf({ requirements, instanceTypes }: PlannedNode): readonly RequirementSpec[] {
  const minValues = requirements.find(({ key }) => key === labels.instanceType)?.minValues;
  const types: RequirementSpec = {
    key: labels.instanceType,
    operator: "In",
    values: instanceTypes.map(({ name }) => name),
    ...(minValues === undefined ? {} : { minValues }),
  };
  return [...requirements.filter(({ key }) => key !== labels.instanceType), types];
}

const ownerOf = ({ metadata: { name, uid = "" } }: NodePool): OwnerReference => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  name,
  uid,
  blockOwnerDeletion: true,
});
