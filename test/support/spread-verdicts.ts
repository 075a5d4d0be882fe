import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, nodeState, pod, problem } from "./builders";
import type { DeepPartial } from "./merge";
import { violationsOf } from "./plan-checker";
import { inZone, plan, plannedNode } from "./plans";

export const machine = instanceType("m.large", { cpu: 8, memoryGi: 32, capacityTypes: ["on-demand", "spot"] });
export const pool = choice(nodePool({ metadata: { name: "pool" } }), [machine]);

export const web = { app: "web" };
export const overZones: TopologySpreadConstraint = {
  ...{ maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule" },
  labelSelector: { matchLabels: web },
};
export const spreading = (
  constraint: Partial<TopologySpreadConstraint> = {},
  ...more: readonly DeepPartial<Pod>[]
): Pod =>
  pod({ metadata: { labels: web }, spec: { topologySpreadConstraints: [{ ...overZones, ...constraint }] } }, ...more);
/** Counted by the constraints above, but without one of its own. */
export const plain = (): Pod => pod({ metadata: { labels: web } });

export type Where = readonly [where: string | readonly string[], ...pods: readonly Pod[]];

/** What is said when each of the lists gets a new node in the zones that go before it. */
export function said(nodes: readonly Where[], rest: Partial<Problem> = {}, from: PoolChoice = pool): readonly string[] {
  const pods = nodes.flatMap(([, ...each]) => each);
  const newNodes = nodes.map(([where, ...each]) =>
    plannedNode(from, each, {
      requirements: [...from.pool.spec.template.spec.requirements, inZone(...[where].flat())],
    }),
  );
  return violationsOf(plan({ newNodes }), problem({ pods, pools: [from], ...rest }));
}

export const many = (count: number, make: () => Pod): readonly Pod[] => Array.from({ length: count }, make);
export const broken = (texts: readonly string[]): boolean => texts.some((text) => text.startsWith("spread of"));
/** A node with one of the pods that the constraints above count. */
export const resident = (where: string, name = `node-in-${where}`): NodeState =>
  nodeState({ name, labels: { [labels.hostname]: name, [labels.zone]: where }, pods: [plain()] });
