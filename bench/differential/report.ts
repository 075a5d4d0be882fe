import { stringify } from "yaml";
import { keyOf } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import type { Comparison } from "./compare";

/** A problem and both its plans, in a form to read. */
export function reportOf({ problem, ours, theirs, peerViolations, differences }: Comparison): string {
  const text = {
    differences: differences.map(({ kind, text: each }) => `${kind}: ${each}`),
    ...(peerViolations.length > 0 ? { "rules that the peer's plan breaks": peerViolations } : {}),
    problem: problemOf(problem),
    "our plan": planInWords(ours),
    "the peer's plan": planInWords(theirs),
  };
  return stringify(text, { lineWidth: 160, aliasDuplicateObjects: false });
}

const problemOf = ({ pods, pools, nodes, daemonSets, volumes, settings, namespaces }: Problem) => ({
  settings,
  pods: pods.map(podInWords),
  pools: pools.map(({ pool: { metadata, spec }, usage }) => ({
    name: metadata.name,
    ...pick(spec, ["weight", "limits"]),
    ...pick(spec.template, ["metadata"]),
    ...pick(spec.template.spec, ["requirements", "taints"]),
    usage,
  })),
  types: pools[0]?.instanceTypes.map(typeInWords) ?? [],
  ...(nodes.length > 0 ? { nodes: nodes.map((node) => ({ ...node, pods: node.pods.map(podInWords) })) } : {}),
  ...(daemonSets.length > 0 ? { daemonSets: daemonSets.map(({ spec }) => spec.template.spec) } : {}),
  ...(volumes.claims.length > 0 && pods.some(({ spec }) => spec.volumes !== undefined) ? { volumes } : {}),
  ...(JSON.stringify(pods).includes("namespaceSelector") ? { namespaces } : {}),
});

function podInWords({ metadata, spec }: Pod): object {
  const asks = spec.containers.map(({ resources, ports }) => ({
    ...resources,
    ...(ports === undefined ? {} : { ports }),
  }));
  const rest = Object.entries(spec).filter(([field]) => !["containers", "schedulerName", "nodeName"].includes(field));
  return { name: keyOf({ metadata }), labels: metadata.labels, containers: asks, ...Object.fromEntries(rest) };
}

function typeInWords({ name, requirements, allocatable, offerings }: InstanceType): string {
  const arch = requirements.find(({ key }) => key === "kubernetes.io/arch")?.values?.join() ?? "";
  const sold = offerings.map(({ zone, capacityType, price, available }) =>
    available ? `${capacityType} ${zone} ${price}` : `(${capacityType} ${zone})`,
  );
  return `${name} ${arch} ${JSON.stringify(allocatable)}: ${sold.join(", ")}`;
}

const planInWords = ({ newNodes, existing, unschedulable }: Plan) => ({
  ...(newNodes.length > 0 ? { newNodes: newNodes.map(nodeInWords) } : {}),
  ...(existing.size > 0
    ? { existing: Object.fromEntries([...existing].map(([name, pods]) => [name, pods.map(keyOf)])) }
    : {}),
  ...(unschedulable.length > 0
    ? { unschedulable: Object.fromEntries(unschedulable.map(({ pod, reason }) => [keyOf(pod), reason])) }
    : {}),
});

const nodeInWords = ({
  pool,
  pods,
  requirements,
  instanceTypes,
  cheapest: { instanceType, offering },
}: PlannedNode) => ({
  buys: `${instanceType} ${offering.capacityType} ${offering.zone} for ${offering.price} of ${pool.metadata.name}`,
  pods: pods.map(keyOf),
  types: instanceTypes.map(({ name }) => name).join(" "),
  requirements: requirements.map(({ key, operator, values = [] }) => `${key} ${operator} ${values.join()}`),
});

function pick<T extends object>(object: T, keys: readonly (keyof T)[]): object {
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]]));
}
