import { keyOf } from "#controller/api/kube-object";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";

/** A plan reduced to what two schedulers can be compared by; the shape of `pulumi-karpenter simulate --output json`. */
export interface SimulatedPlan {
  readonly newNodes: readonly SimulatedNode[];
  /** Node name → the pods that it takes, as `namespace/name`. */
  readonly existingNodes: Readonly<Record<string, readonly string[]>>;
  /** `namespace/name` → why the pod has no place. */
  readonly unschedulable: Readonly<Record<string, string>>;
  /** What the new nodes cost together. */
  readonly hourlyPrice: number;
  /** How long each solution took, from the objects in memory to the plan. */
  readonly solveSeconds: readonly number[];
}

export interface SimulatedNode {
  readonly nodePool: string;
  /** As `namespace/name`, sorted. */
  readonly pods: readonly string[];
  /** What may be launched, the cheapest first; 60 at most. */
  readonly instanceTypes: readonly string[];
  /** With `zone`, `capacityType` and `price`, the cheapest offering that will do. */
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
}

/** Our own plan in that shape. */
export function summaryOf(plan: Plan, solveSeconds: readonly number[] = []): SimulatedPlan {
  const newNodes = plan.newNodes.map(simulatedNode);
  return {
    newNodes,
    existingNodes: Object.fromEntries([...plan.existing].map(([node, pods]) => [node, pods.map(keyOf).sort()])),
    unschedulable: Object.fromEntries(plan.unschedulable.map(({ pod, reason }) => [keyOf(pod), reason])),
    hourlyPrice: newNodes.reduce((sum, { price }) => sum + price, 0),
    solveSeconds,
  };
}

function simulatedNode({ pool, pods, instanceTypes, cheapest }: PlannedNode): SimulatedNode {
  const { zone, capacityType, price } = cheapest.offering;
  return {
    nodePool: pool.metadata.name,
    pods: pods.map(keyOf).sort(),
    instanceTypes: instanceTypes.map(({ name }) => name),
    instanceType: cheapest.instanceType,
    zone,
    capacityType,
    price,
  };
}
