import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../resources/kubernetes";
import { say } from "../resources/say";
import type { ClusterApi } from "./cluster-api";
import type { DrainStep } from "./drain-plan";
import { nextStep } from "./drain-plan";
import type { ClusterView, Patience } from "./view";
import { describeClaims, Waiting } from "./waiting";

const everyMs = 2_000;
/** So many failures in a row, and the API server counts as gone. */
const failuresInARow = 5;

export interface Drained {
  readonly over: NonNullable<DrainStep["over"]> | "unreachable";
  /** Names of what was deleted on the way. */
  readonly pools: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
}

/** Deletes every pool and every claim, and waits until the controller has emptied and ended their machines. */
export async function drain(api: ClusterApi, patience: Patience): Promise<Drained> {
  const progress = new Progress();
  let failures = 0;
  for (;;) {
    try {
      const view = await api.view();
      const step = nextStep(view, progress.elapsed(view), patience);
      progress.note(view);
      await carryOut(api, step, patience);
      if (step.over !== undefined) return { over: step.over, ...progress.seen };
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === failuresInARow) {
        say(`the cluster's API stopped answering: ${reasonOf(error)}`);
        return { over: "unreachable", ...progress.seen };
      }
    }
    await sleep(everyMs);
  }
}

async function carryOut(api: ClusterApi, step: DrainStep, { evictAfterSeconds }: Patience): Promise<void> {
  for (const name of step.deletePools) await api.delete("NodePool", name);
  for (const name of step.deleteClaims) await api.delete("NodeClaim", name);
  for (const nodeName of step.emptyNodes) {
    for (const pod of await api.podsOn(nodeName)) {
      const who = `pod ${pod.namespace}/${pod.name} on node ${nodeName}`;
      say(`${who} could not be evicted for ${evictAfterSeconds} s: deleting it in spite of its disruption budget`);
      await api.deletePod(pod);
    }
  }
}

/** What was seen, and for how long. */
class Progress {
  readonly #pools = new Set<string>();
  readonly #claims = new Set<string>();
  readonly #started = Date.now();
  readonly #waiting = new Waiting(say);
  #leaderRenewed: string | undefined;
  #leaderChanged = this.#started;

  elapsed({ leaderRenewed }: ClusterView): { sinceStartMs: number; leaderSilentMs: number } {
    const now = Date.now();
    if (leaderRenewed !== undefined && leaderRenewed !== this.#leaderRenewed) this.#leaderChanged = now;
    this.#leaderRenewed = leaderRenewed;
    return { sinceStartMs: now - this.#started, leaderSilentMs: now - this.#leaderChanged };
  }

  note({ pools, claims }: ClusterView): void {
    for (const { name } of pools) this.#pools.add(name);
    for (const { name } of claims) this.#claims.add(name);
    this.#waiting.tell(describeClaims({ claims }), performance.now());
  }

  get seen(): Pick<Drained, "pools" | "claims"> {
    return { pools: this.#pools, claims: this.#claims };
  }
}
