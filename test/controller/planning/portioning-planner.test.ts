import assert from "node:assert/strict";
import type { Pod } from "#controller/api/pod";
import { PortioningPlanner } from "#controller/planning/portioning-planner";
import { PlanningError } from "#controller/ports/errors";
import type { Planner } from "#controller/ports/planner";
import { podsAsking, problem } from "#support/builders";
import { plan } from "#support/plans";

const { signal } = new AbortController();
const pods = podsAsking(8, { cpu: "1" });
const asked = problem({ pods });

/** Plans for no more pods than that at a time, none of them odd. */
class Weak implements Planner {
  most: number;
  readonly odd: Pod | undefined;

  constructor({ most = Infinity, odd }: { readonly most?: number; readonly odd?: Pod }) {
    this.most = most;
    this.odd = odd;
  }

  plan(problem: { readonly pods: readonly Pod[] }): ReturnType<Planner["plan"]> {
    const fails = problem.pods.length > this.most || problem.pods.some((pod) => pod === this.odd);
    if (fails) return Promise.reject(new PlanningError("too much"));
    return Promise.resolve(plan({ existing: { node: problem.pods } }));
  }
}

/** Asks for a plan so many times, and says how many pods each had; none where planning failed. */
async function portions(planner: Planner, times: number): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let time = 0; time < times; time++) {
    const { existing, deferred } = await planner.plan(asked, signal).catch(() => plan({ deferred: pods }));
    const placed = existing.get("node") ?? [];
    assert.deepEqual(new Set([...placed, ...deferred]), new Set(pods));
    counts.push(placed.length);
  }
  return counts;
}

describe("a planner that goes on with a portion of the pods", () => {
  it("plans for all while that succeeds", async () => {
    assert.deepEqual(await portions(new PortioningPlanner(new Weak({})), 2), [8, 8]);
  });

  it("halves the portion until it is no more than can be planned, and doubles it again", async () => {
    const weak = new Weak({ most: 2 });
    const planner = new PortioningPlanner(weak);
    assert.deepEqual(await portions(planner, 5), [0, 0, 2, 2, 0]);

    weak.most = Infinity;
    assert.deepEqual(await portions(planner, 3), [4, 8, 8]);
  });

  for (const odd of [0, 3, 7])
    it(`finds places for all but the one that cannot be planned (${odd + 1} of 8)`, async () => {
      const planner = new PortioningPlanner(new Weak({ odd: pods[odd] }));
      let waiting = pods;
      for (let pass = 0; pass < 16 && waiting.length > 1; pass++) {
        const { existing } = await planner.plan(problem({ pods: waiting }), signal).catch(() => plan({}));
        waiting = waiting.filter((pod) => existing.get("node")?.includes(pod) !== true);
      }

      assert.deepEqual(waiting, [pods[odd]]);
    });

  it("makes no less of a problem that was dropped", async () => {
    const reason = new Error("leadership is lost");
    let drops = true;
    const weak = new Weak({});
    const planner = new PortioningPlanner({
      plan: (each) => (drops ? Promise.reject(reason) : weak.plan(each)),
    });
    await assert.rejects(planner.plan(asked, signal), reason);
    drops = false;

    assert.deepEqual(await portions(planner, 1), [8]);
  });
});
