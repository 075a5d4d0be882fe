import { capacityBufferConditions, withFindings } from "../api/conditions";
import { isDeepEqual } from "../api/equality";
import { keyOf } from "../api/kube-object";
import { ConflictError, NotFoundError } from "../ports/errors";
import type { Plan } from "../scheduling/plan";
import { type Outcome, outcomesOf, provisioningOf, unitsByNode } from "../simulation/buffer-outcome";
import { isVirtual } from "../simulation/virtual-pods";
import type { Snapshot } from "../state/snapshot";
import type { Context } from "./context";

/** Says on each buffer where its units go in a plan, and remembers which nodes keep room for them. */
export function bufferReports({
  kube,
  clock,
  log,
  intentions,
}: Pick<Context, "kube" | "clock" | "log" | "intentions">) {
  return async (snapshot: Snapshot, plan: Plan): Promise<void> => {
    // A plan that did not get to all units does not know which nodes they need.
    if (!plan.deferred.some(isVirtual)) intentions.keepRoom(unitsByNode(plan, snapshot));
    const outcomes = outcomesOf(plan);
    const keys = (snapshot.buffers ?? []).map(({ buffer }) => keyOf(buffer));
    await Promise.all(keys.map((key) => tell(key, outcomes.get(key))));
  };

  async function tell(key: string, outcome: Outcome | undefined): Promise<void> {
    // As it is by now: its status may have been written while the plan was made.
    const buffer = kube.cached("CapacityBuffer").get(key);
    if (buffer === undefined) return;
    const finding = provisioningOf(buffer, outcome);
    if (finding === undefined) return;
    const conditions = withFindings(buffer, [finding], { set: capacityBufferConditions, now: clock.now() });
    if (isDeepEqual(buffer.status?.conditions, conditions)) return;
    const { resourceVersion } = buffer.metadata;
    try {
      await kube.patchStatus("CapacityBuffer", buffer.metadata, {
        metadata: { resourceVersion },
        status: { conditions },
      });
    } catch (error) {
      // Claims are made already; who is told late is told by the next plan.
      if (error instanceof ConflictError || error instanceof NotFoundError) return;
      log.error("cannot say where a buffer is", { CapacityBuffer: key, error });
    }
  }
}
