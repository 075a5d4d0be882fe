import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { keyOf } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import { collectWhenDoubled } from "#controller/runtime/garbage-collection";
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
 * controller's planner, garbage is collected when the heap has doubled, a rehearsal comes first, and what is solved are
 * copies. The clock runs while only the scheduler does; after that the problem is solved once more as the controller
 * does it, in a thread.
 */
async function main(assignment: Assignment): Promise<void> {
  const scenario = scenarios.find(({ name }) => name === assignment.scenario);
  if (scenario === undefined) throw new RangeError(`no scenario is called ${assignment.scenario}`);
  collectWhenDoubled();
  // It was built from planner.ts.
  const { rehearse, schedule } = createRequire(__filename)(assignment.planner) as typeof Planner;
  await rehearse(schedule);
  const problem = structuredClone(scenario.problem(assignment.pods));
  const seconds: number[] = [];
  const digests = new Set<string>();
  let last: Plan | undefined;
  for (let time = 0; time < assignment.repeat; time++) {
    const asked = time === 0 ? problem : renewed(problem);
    // The planner's thread is told of pods as they come, so that they have outlived a collection by the time it plans.
    globalThis.gc?.({ type: "minor" });
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

/**
 * The same problem of new objects, as the next one would be; types and pools stay what they are from one to the next.
 */
const renewed = ({ pools, ...rest }: Problem): Problem => ({ ...structuredClone(rest), pools });

const comesTo = ({ newNodes, unschedulable }: Plan): Pick<OwnOutcome, "price" | "nodes" | "unscheduled"> => ({
  price: newNodes.reduce((sum, { cheapest }) => sum + cheapest.offering.price, 0),
  nodes: newNodes.length,
  unscheduled: unschedulable.map(({ pod }) => keyOf(pod)),
});

/**
 * Equal for plans that place the same pods on the same nodes. Told piece by piece: one long text would be garbage that
 * is collected while the next problem is solved.
 */
function digestOf({ newNodes, existing, unschedulable }: Plan): string {
  const hash = createHash("sha256");
  const tell = (...words: readonly string[]): void => {
    for (const word of words) hash.update(`${word}\n`);
  };
  const tellPods = (pods: readonly Pod[]): void => {
    for (const pod of pods) tell(keyOf(pod));
  };
  for (const { cheapest, pods } of newNodes) {
    tell(cheapest.instanceType, cheapest.offering.zone, cheapest.offering.capacityType);
    tellPods(pods);
  }
  for (const [node, pods] of existing) {
    tell(node);
    tellPods(pods);
  }
  for (const { pod, reason } of unschedulable) tell(keyOf(pod), reason);
  return hash.digest("hex");
}

// Whoever starts this wrote the argument just before.
void main(JSON.parse(process.argv[2] ?? "{}") as Assignment);
