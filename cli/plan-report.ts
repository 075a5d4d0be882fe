import { keyOf } from "../controller/api/kube-object";
import type { Plan, PlannedNode } from "../controller/scheduling/plan";

/** A plan as programs read it. */
export interface PlanReport {
  readonly newNodes: readonly NodeReport[];
  /** Node → pods that it takes. */
  readonly existingNodes: Readonly<Record<string, readonly string[]>>;
  /** Pod → reason. */
  readonly unschedulable: Readonly<Record<string, string>>;
  /** Pod → what it waits for; only where pods do. */
  readonly deferred?: Readonly<Record<string, string>>;
  /** Of the new nodes. */
  readonly hourlyPrice: number;
  /** One for each round. */
  readonly solveSeconds: readonly number[];
}

export interface NodeReport {
  readonly nodePool: string;
  /** `namespace/name`, as everywhere here. */
  readonly pods: readonly string[];
  /** What may be launched, the cheapest first; 60 at most. */
  readonly instanceTypes: readonly string[];
  /** With the next three: the cheapest offering. */
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
}

export const planReport = (plan: Plan, solveSeconds: readonly number[]): PlanReport => ({
  newNodes: plan.newNodes.map(nodeReport),
  existingNodes: Object.fromEntries([...plan.existing].map(([node, pods]) => [node, pods.map(keyOf)])),
  unschedulable: Object.fromEntries(plan.unschedulable.map(({ pod, reason }) => [keyOf(pod), reason])),
  ...(plan.deferred.length > 0 && {
    deferred: Object.fromEntries(plan.deferred.map((pod) => [keyOf(pod), waitsForReservation])),
  }),
  hourlyPrice: hourlyPrice(plan),
  solveSeconds,
});

/** Here time is never up, so there is one reason to be left for the next plan. */
export const waitsForReservation =
  "a capacity reservation suits it, and this plan uses it up: the next plan, in seconds, may buy something else";

function nodeReport({ pool, pods, instanceTypes, cheapest }: PlannedNode): NodeReport {
  const { zone, capacityType, price } = cheapest.offering;
  return {
    nodePool: pool.metadata.name,
    pods: pods.map(keyOf),
    instanceTypes: instanceTypes.map(({ name }) => name),
    ...{ instanceType: cheapest.instanceType, zone, capacityType, price },
  };
}

export const hourlyPrice = ({ newNodes }: Plan): number =>
  newNodes.reduce((total, { cheapest }) => total + cheapest.offering.price, 0);
