import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { sumOf } from "#controller/api/resource-list";
import { toNodeClaim } from "#controller/scheduling/claim";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { NodeState, Problem } from "#controller/scheduling/problem";
import { nodeState } from "./builders";
import { labelsOfPurchase } from "./random-problem/types";

/**
 * What is left of a problem once its plan is carried out: pods run, planned nodes are the cheapest that they may be.
 */
export function carriedOut(problem: Problem, { newNodes, existing, unschedulable }: Plan): Problem {
  const there = problem.nodes.map((node) => ({
    ...node,
    pods: [...node.pods, ...runningOn(node.name, existing.get(node.name) ?? [])],
  }));
  return {
    ...problem,
    pods: unschedulable.map(({ pod }) => pod),
    nodes: [...there, ...newNodes.map((planned, position) => launched(planned, `planned-${position + 1}`))],
    pools: problem.pools.map((choice) => {
      const own = newNodes.filter(({ pool }) => pool === choice.pool);
      return {
        ...choice,
        usage: sumOf([choice.usage, ...own.map((each) => ({ ...typeOf(each).capacity, nodes: "1" }))]),
      };
    }),
  };
}

function launched(planned: PlannedNode, name: string): NodeState {
  const { offering } = planned.cheapest;
  const type = typeOf(planned);
  return nodeState({
    name,
    labels: { ...labelsOfPurchase(type, offering), ...toNodeClaim(planned).metadata.labels, [labels.hostname]: name },
    taints: planned.pool.spec.template.spec.taints ?? [],
    allocatable: { ...type.allocatable, ...offering.allocatable },
    initialized: false,
    pods: runningOn(name, planned.pods),
  });
}

function typeOf({ instanceTypes, cheapest }: PlannedNode): InstanceType {
  const type = instanceTypes.find(({ name }) => name === cheapest.instanceType);
  if (type === undefined) throw new RangeError(`${cheapest.instanceType} is not planned`);
  return type;
}

const runningOn = (nodeName: string, pods: readonly Pod[]): readonly Pod[] =>
  pods.map((pod) => ({ ...pod, spec: { ...pod.spec, nodeName }, status: { phase: "Running" } }));
