import { keyOf } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { PoolChoice, Problem } from "#controller/scheduling/problem";
import { effectiveRequests, sum, toResourceList } from "#controller/scheduling/resources";
import type { PeerNode, PeerPlan } from "../peer/peer";

/** The peer's answer as a plan of ours, so that the same checker can look at it. */
export function planOf(answer: PeerPlan, problem: Problem): Plan {
  const pods = new Map(problem.pods.map((pod) => [keyOf(pod), pod]));
  const podsOf = (names: readonly string[]): readonly Pod[] => names.map((name) => known(pods, name));
  return {
    newNodes: answer.newNodes.map((node) => plannedNode(node, podsOf(node.pods), problem)),
    existing: new Map(Object.entries(answer.existingNodes).map(([node, names]) => [node, podsOf(names)])),
    unschedulable: Object.entries(answer.unschedulable).map(([name, reason]) => ({ pod: known(pods, name), reason })),
    deferred: [],
    zones: new Map(),
  };
}

function plannedNode(node: PeerNode, pods: readonly Pod[], { pools, settings }: Problem): PlannedNode {
  const choice = pools.find(({ pool }) => pool.metadata.name === node.nodePool);
  if (choice === undefined) throw new RangeError(`the peer plans a node of pool ${node.nodePool}, which was not given`);
  const types = new Map(choice.instanceTypes.map((type) => [type.name, type]));
  return {
    pool: choice.pool,
    pods,
    // The peer notes for itself what will be so once the node runs.
    requirements: node.requirements.filter(({ key }) => key !== labels.registered && key !== labels.initialized),
    instanceTypes: node.instanceTypes.map((name) => known(types, name)),
    // It does not tell; what its pods ask for is the least it can be.
    requests: toResourceList(sum(pods.map(({ spec }) => effectiveRequests(spec)))),
    cheapest: { instanceType: node.instanceType, offering: offeringOf(node, choice) },
    // It does not tell; where it may, it is taken to have done so.
    minValuesRelaxed: settings.minValues === "BestEffort",
  };
}

function offeringOf({ instanceType, zone, capacityType, price }: PeerNode, { instanceTypes }: PoolChoice) {
  const type: InstanceType | undefined = instanceTypes.find(({ name }) => name === instanceType);
  const offering = type?.offerings.find(
    (each) => each.zone === zone && each.capacityType === capacityType && each.price === price,
  );
  if (offering === undefined) throw new RangeError(`the peer buys ${instanceType} in ${zone}, where it is not sold`);
  return offering;
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new RangeError(`the peer's plan names ${name}, which was not given`);
  return found;
}
