import { keyOf } from "../api/kube-object";
import type { Pod } from "../api/pod";
import { isProvisionable, isTerminating } from "../api/pod-state";
import type { Singleton } from "../runtime/reconciler";
import { after, done } from "../runtime/reconciler";
import { severalAtOnce } from "../runtime/several-at-once";
import { inTurns, nextTurn } from "../runtime/turns";
import { Window } from "../runtime/window";
import type { Plan, PlannedNode } from "../scheduling/plan";
import { realPart } from "../simulation/buffer-outcome";
import { problemOf } from "../simulation/problem";
import { stillWanted } from "../simulation/still-wanted";
import { realOnly } from "../simulation/virtual-pods";
import { bufferReports } from "./buffer-reports";
import { catalogOf } from "./catalog";
import { claimCreation, shortened, uidOf } from "./claim-creation";
import type { Context } from "./context";
import { observe } from "./observation";
import { planningMetrics } from "./planning-metrics";
import { tellShortages } from "./pool-supply";
import { isHeldBack } from "./rival-autoscaler";

/** How often pods that still wait are looked at again. */
const RETRY_MS = 10_000;
/** More than the API server lets us create in the time that it takes to answer. */
const CLAIMS_AT_ONCE = 32;
const UNKNOWN_CLAIMS_MS = 1_000;
/** Pods that cannot be planned are told why this often at most. */
const TELL_PODS_EVERY_MS = 5 * 60_000;

/** What pods and others who want a plan are collected in. */
export const batchWindow = ({ clock, settings }: Pick<Context, "clock" | "settings">): Window =>
  new Window(clock, { idleMs: settings.batchIdleMs, maxMs: settings.batchMaxMs });

/** Turns waiting pods into claims: collects them in a window, plans them together, creates what the plan asks for. */
export function podProvisioning(context: Context, window = batchWindow(context)): readonly Singleton[] {
  const { kube, log, settings, intentions, planner } = context;
  const measured = planningMetrics({ ...context, cache: kube.cached("Pod") });
  const carryOut = carrying(context);
  const tellBuffers = bufferReports(context);

  kube.cached("Pod").subscribe((_, pod) => {
    if (pod !== undefined && isProvisionable(pod)) window.trigger(uidOf(pod));
  });
  // Pods of a claim that goes need another place before they are even evicted; those of one that is gone, anew.
  kube.cached("NodeClaim").subscribe((name, claim, before) => {
    if (claim === undefined) intentions.forget(name);
    if (claim === undefined || isTerminating(claim)) window.trigger((claim ?? before)?.metadata.uid ?? name);
  });

  const trigger: Singleton = {
    name: "provisioner.trigger.pod",
    run() {
      for (const pod of kube.cached("Pod").list().filter(isProvisionable)) window.trigger(uidOf(pod));
      return Promise.resolve(after(RETRY_MS));
    },
  };
  const provisioner: Singleton = {
    name: "provisioner",
    async run(signal) {
      const triggers = await window.wait(signal);
      const snapshot = observe(context);
      if (snapshot.unknown.length > 0) {
        for (const key of triggers) window.trigger(key);
        return after(UNKNOWN_CLAIMS_MS);
      }
      const catalog = await catalogOf(snapshot, context);
      await nextTurn();
      const problem = problemOf(snapshot, catalog, settings);
      if (problem.pods.length === 0 || isHeldBack(context)) return done;
      await nextTurn();
      tellFound(realOnly(problem.pods));
      tellShortages(context, problem);
      const made = await measured(problem, () => planner.plan(problem, signal));
      await nextTurn();
      const plan = stillWanted(made, observe(context));
      await nextTurn();
      tellDropped(made.newNodes.length - plan.newNodes.length);
      await carryOut(plan);
      await tellBuffers(snapshot, plan);
      putOff(plan.deferred);
      return done;
    },
  };
  return [trigger, provisioner];

  function tellFound(pods: readonly Pod[]): void {
    if (pods.length === 0) return;
    log.info("found provisionable pod(s)", { Pods: shortened(pods.map(keyOf)), "pod-count": pods.length });
  }

  function tellDropped(nodes: number): void {
    if (nodes > 0) log.info("planned nodes are not needed any more or their pool is gone", { nodes });
  }

  /** They need not wait until they are looked at again. */
  function putOff(pods: readonly Pod[]): void {
    for (const pod of pods) window.trigger(uidOf(pod));
    if (pods.length > 0) log.info("left pod(s) for the next plan", { "pod-count": pods.length });
  }
}

/** Acts on a plan: claims for new nodes, nominations for existing ones, reasons for pods that fit nowhere. */
function carrying(context: Context): (plan: Plan) => Promise<void> {
  const { clock, log, events, intentions, settings } = context;
  const create = claimCreation(context);

  return async (plan) => {
    const { newNodes } = plan;
    const { existing, unschedulable } = realPart(plan);
    if (newNodes.length > 0) {
      const pods = newNodes.reduce((count, node) => count + node.pods.length, 0);
      log.info("computed new nodeclaim(s) to fit pod(s)", { nodeclaims: newNodes.length, pods });
    }
    await inTurns(existing, ([node, pods]) => {
      nominate(node, pods);
    });
    await inTurns(unschedulable, ({ pod, reason }) => {
      tellWhy(pod, reason);
    });

    await severalAtOnce(newNodes, CLAIMS_AT_ONCE, launch);
  };

  async function launch(planned: PlannedNode): Promise<void> {
    const claim = await create(planned);
    nominate(claim.metadata.name, planned.pods);
  }

  /** Units of buffers expect nothing of a node: they would keep it from ever being disrupted. */
  function nominate(node: string, all: readonly Pod[]): void {
    const pods = realOnly(all);
    if (pods.length === 0) return;
    intentions.nominate(node, clock.now() + Math.max(2 * settings.batchMaxMs, 10_000));
    for (const { metadata } of pods) {
      const message = `pod should schedule on ${node}`;
      events.publish({ about: { kind: "Pod", metadata }, type: "Normal", reason: "Nominated", message });
    }
  }

  function tellWhy(pod: Pod, reason: string): void {
    log.info("could not schedule pod", { Pod: keyOf(pod), reason });
    events.publish({
      about: { kind: "Pod", metadata: pod.metadata },
      type: "Warning",
      reason: "FailedScheduling",
      message: `Failed to schedule pod, ${reason}`,
      dedupeMs: TELL_PODS_EVERY_MS,
    });
  }
}
