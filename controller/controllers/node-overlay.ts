import type { Finding } from "../api/conditions";
import { conditionOf, fails, holds, nodeOverlayConditions, withFindings } from "../api/conditions";
import { isDeepEqual } from "../api/equality";
import type { NodeOverlay } from "../api/node-overlay";
import type { Reconciler } from "../runtime/reconciler";
import { after, done, watching } from "../runtime/reconciler";
import type { Verdict } from "../scheduling/overlay";
import type { Context } from "./context";
import { overlaidNow } from "./overlaid-types";

/** Types and prices change without a word from the API server. */
const AGAIN_MS = 6 * 60 * 60_000;

/** Says of an overlay whether it is heeded, and if not, why (https://karpenter.sh/docs/concepts/nodeoverlays/). */
export function nodeOverlayStatus(
  context: Pick<Context, "kube" | "cloud" | "clock" | "log" | "settings">,
): Reconciler<"NodeOverlay"> {
  const { kube, clock, log } = context;
  /** What one of them says, or a pool or a class, decides about all. */
  const all = (): readonly string[] =>
    kube
      .cached("NodeOverlay")
      .list()
      .map(({ metadata }) => metadata.name);

  return {
    name: "nodeoverlay.controller",
    kind: "NodeOverlay",
    concurrency: 1,
    watches: [watching("NodeOverlay", all), watching("NodePool", all), watching("EC2NodeClass", all)],
    async reconcile(overlay) {
      const { verdicts } = await overlaidNow(context);
      const verdict = verdicts.get(overlay.metadata.name);
      if (verdict === undefined) return done;
      await save(overlay, findingOf(verdict));
      return after(AGAIN_MS);
    },
  };

  async function save(overlay: NodeOverlay, finding: Finding): Promise<void> {
    const conditions = withFindings(overlay, [finding], { set: nodeOverlayConditions, now: clock.now() });
    if (isDeepEqual(overlay.status?.conditions, conditions)) return;
    sayWhenNew(overlay, finding);
    const { name, resourceVersion } = overlay.metadata;
    await kube.patchStatus("NodeOverlay", { name }, { metadata: { resourceVersion }, status: { conditions } });
  }

  function sayWhenNew(overlay: NodeOverlay, finding: Finding): void {
    if (finding.status !== "False" || conditionOf(overlay, finding.type)?.message === finding.message) return;
    const { reason, message: error } = finding;
    log.error("nodeoverlay is not heeded", { NodeOverlay: overlay.metadata.name, reason, error });
  }
}

const findingOf = (verdict: Verdict): Finding =>
  verdict.because === "ValidationSucceeded"
    ? holds("ValidationSucceeded")
    : fails("ValidationSucceeded", verdict.because, verdict.message);
