import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { keyOf } from "#controller/api/kube-object";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { violationsOf } from "#support/plan-checker";
import { scenarios } from "../scenarios";
import { planAside } from "./event-loop-hold";
import type { OwnOutcome } from "./outcome";
import type * as Planner from "./planner";

/** What `own-planner.ts` asks this process, as its only argument. */
export interface Assignment {
  readonly scenario: string;
  readonly pods: number;
  /** How often to solve. */
  readonly repeat: number;
  /** The bundle with the planner. */
  readonly planner: string;
}

/**
 * Plans in a process of its own, so that its memory is that of one problem, and sends what came of it. As in the
 * controller's planner, a rehearsal comes first, and what is solved are copies. The clock runs while only the scheduler
 * does; after that the problem is solved once more as the controller does it, in a thread.
 */
async function main(assignment: Assignment): Promise<void> {
  const scenario = scenarios.find(({ name }) => name === assignment.scenario);
  if (scenario === undefined) throw new RangeError(`no scenario is called ${assignment.scenario}`);
  // It was built from planner.ts.
  const { rehearse, schedule } = createRequire(__filename)(assignment.planner) as typeof Planner;
  await rehearse(schedule);
  const problem = structuredClone(scenario.problem(assignment.pods));
  const seconds: number[] = [];
  const digests = new Set<string>();
  let last: Plan | undefined;
  for (let time = 0; time < assignment.repeat; time++) {
    const asked = time === 0 ? problem : renewed(problem);
    const startedAt = performance.now();
    last = schedule(asked);
    seconds.push((performance.now() - startedAt) / 1000);
    digests.add(digestOf(last));
  }
  if (last === undefined) throw new RangeError("a problem has to be solved once at least");
  // Read before the checker has its turn.
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  const { plan, heldMs } = await planAside(renewed(problem));
  digests.add(digestOf(plan));
  const outcome: OwnOutcome = {
    ...{ seconds, peakRssBytes, heldMs, ...comesTo(last) },
    violations: violationsOf(last, problem),
    isStable: digests.size === 1,
  };
  process.send?.(outcome);
}

/** The same problem of new objects, as the next one would be; types and pools stay what they are from one to the next. */
const renewed = ({ pools, ...rest }: Problem): Problem => ({ ...structuredClone(rest), pools });

const comesTo = ({ newNodes, unschedulable }: Plan): Pick<OwnOutcome, "price" | "nodes" | "unscheduled"> => ({
  price: newNodes.reduce((sum, { cheapest }) => sum + cheapest.offering.price, 0),
  nodes: newNodes.length,
  unscheduled: unschedulable.map(({ pod }) => keyOf(pod)),
});

/** Equal for plans that place the same pods on the same nodes. */
function digestOf({ newNodes, existing, unschedulable }: Plan): string {
  const placed = newNodes.map(({ cheapest, pods }) => [cheapest, pods.map(keyOf)]);
  const nodes = [...existing].map(([node, pods]) => [node, pods.map(keyOf)]);
  const left = unschedulable.map(({ pod, reason }) => [keyOf(pod), reason]);
  return createHash("sha256")
    .update(JSON.stringify([placed, nodes, left]))
    .digest("hex");
}

// Whoever starts this wrote the argument just before.
void main(JSON.parse(process.argv[2] ?? "{}") as Assignment);
