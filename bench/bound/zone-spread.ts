import { keyOf } from "#controller/api/kube-object";
import { selects } from "#controller/api/label-selector";
import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import { isActive } from "#controller/api/pod-state";
import type { NodeState, Problem } from "#controller/scheduling/problem";
import { conflict, ofLabels, type Requirements } from "#controller/scheduling/requirements";

/** Pods that are spread over zones, and where more of them run. */
export interface ZoneSpread {
  readonly maxSkew: number;
  /** By zone of the nodes that count. */
  readonly running: ReadonlyMap<string, number>;
}

/**
 * The pod's rule about zones, if it has one that is seen here. Where no nodes are there it is not looked for: then
 * zones hardly differ in what pods cost there, and the programme would only be larger.
 */
export const zoneRuleOf = ({ spec }: Pod, { nodes }: Pick<Problem, "nodes">): TopologySpreadConstraint | undefined =>
  nodes.length === 0
    ? undefined
    : spec.topologySpreadConstraints?.find(
        ({ topologyKey, whenUnsatisfiable, ...more }) =>
          topologyKey === labels.zone && whenUnsatisfiable === "DoNotSchedule" && isPlain(more),
      );

/** Of all nodes where the pods may go as far as labels go, and of nothing else. */
const isPlain = (
  rule: Pick<TopologySpreadConstraint, "minDomains" | "nodeAffinityPolicy" | "nodeTaintsPolicy" | "matchLabelKeys">,
) =>
  rule.minDomains === undefined &&
  rule.matchLabelKeys === undefined &&
  rule.nodeAffinityPolicy !== "Ignore" &&
  rule.nodeTaintsPolicy !== "Honor";

/**
 * How these pods, which are alike, are spread over zones; undefined where they are not, or where the rule is about
 * other pods that wait too, since nobody knows how many of those will be where.
 */
export function zoneSpreadOf(
  alike: readonly Pod[],
  alternatives: readonly Requirements[],
  problem: Problem,
): ZoneSpread | undefined {
  const { pods, nodes } = problem;
  const [first] = alike;
  const rule = first && zoneRuleOf(first, problem);
  if (rule === undefined) return undefined;
  const isCounted = ({ metadata }: Pod): boolean =>
    metadata.namespace === first?.metadata.namespace && selects(rule.labelSelector, metadata.labels);
  if (!alike.every(isCounted) || pods.filter(isCounted).length > alike.length) return undefined;
  const moving = new Set(alike.map(keyOf));
  const running = new Map<string, number>();
  for (const node of nodes) {
    const zone = node.labels[labels.zone];
    if (zone === undefined || !mayHave(node, alternatives)) continue;
    const here = node.pods.filter((pod) => isActive(pod) && isCounted(pod) && !moving.has(keyOf(pod)));
    running.set(zone, (running.get(zone) ?? 0) + here.length);
  }
  return { maxSkew: rule.maxSkew, running };
}

function mayHave(node: NodeState, alternatives: readonly Requirements[]): boolean {
  const has = ofLabels(node.labels);
  return alternatives.some((wants) => conflict(has, wants) === undefined);
}

/** How many there are in the zone with fewest when all are placed: at least, and at most. */
export interface Level {
  readonly least: number;
  readonly most: number;
}

/**
 * Whoever came last to a zone found at most `maxSkew` fewer in the emptiest, so that no zone that got any has more than
 * that above the level, and others have what they had.
 */
export function levelOf(there: readonly number[], count: number, maxSkew: number): Level {
  const all = there.reduce((sum, each) => sum + each, count);
  const total = (height: (each: number) => number): number => there.reduce((sum, each) => sum + height(each), 0);
  let least = Math.min(...there);
  let most = least;
  while (total((each) => Math.max(each, least + maxSkew)) < all) least++;
  while (total((each) => Math.max(each, most + 1)) <= all) most++;
  return { least, most };
}
