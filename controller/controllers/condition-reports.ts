import { conditionOf, turnedAt, type WithConditions } from "../api/conditions";
import { isNeeded, type Kind } from "../api/kinds";
import type { Condition } from "../api/kube-object";
import { labels } from "../api/labels";
import type { Kube } from "../ports/kube";
import type { MetricLabels } from "../ports/metrics";
import type { Singleton } from "../runtime/reconciler";
import { after } from "../runtime/reconciler";
import { type Context, featuresOf } from "./context";

/** How old "how long ago" may be. */
const REFRESH_MS = 10_000;

/** The kinds whose conditions are reported: under which name, and with which labels beside the object's own name. */
const reported = [
  { kind: "NodeClaim", name: "nodeclaim", extra: poolAndClass },
  { kind: "Node", name: "node", extra: poolAndClass },
  { kind: "NodePool", name: "nodepool", extra: nothing },
  { kind: "EC2NodeClass", name: "ec2nodeclass", extra: nothing },
  { kind: "CapacityBuffer", name: "capacitybuffer", extra: nothing },
] as const satisfies readonly {
  readonly kind: Kind;
  readonly name: string;
  readonly extra: (object: WithConditions) => MetricLabels;
}[];
type Reported = (typeof reported)[number];

type Needs = Pick<Context, "clock" | "events" | "metrics"> & { readonly kube: Pick<Kube, "cached"> };

/**
 * Tells Prometheus and the events what conditions there are and when they turn, as Karpenter's library does
 * (https://karpenter.sh/docs/reference/metrics/).
 */
export const conditionReports = (
  context: Needs & { readonly settings: Parameters<typeof featuresOf>[0] },
): readonly Singleton[] =>
  reported
    .filter(({ kind }) => isNeeded(kind, featuresOf(context.settings)))
    .map((reported) => reportsOf(reported, context));

function reportsOf(reported: Reported, context: Needs): Singleton {
  const report = new Report(reported, context);
  const cache = context.kube.cached(reported.kind);
  let isFollowing = false;
  return {
    name: `operatorpkg.${reported.name}.status`,
    run(signal) {
      if (!isFollowing) {
        isFollowing = true;
        const end = cache.subscribe((_key, object, before) => {
          report.change(before, object);
        });
        signal.addEventListener("abort", end);
      }
      for (const object of cache.list()) report.tellAges(object);
      return Promise.resolve(after(REFRESH_MS));
    },
  };
}

/** What is told about one kind. */
class Report {
  readonly #reported: Reported;
  readonly #context: Needs;

  constructor(reported: Reported, context: Needs) {
    this.#reported = reported;
    this.#context = context;
  }

  change(before: WithConditions | undefined, object: WithConditions | undefined): void {
    if (before !== undefined) this.#forget(before);
    if (object !== undefined) this.tellAges(object);
    // What was there when we came has not turned.
    if (before === undefined) return;
    if (object === undefined) this.#tellEnd(before);
    else for (const to of conditionsOf(object)) this.#tellTurn(object, to, conditionOf(before, to.type));
    this.#tellFinalized(before, object);
  }

  /** What is, and for how long. */
  tellAges(object: WithConditions): void {
    const { clock, metrics } = this.#context;
    const now = clock.now();
    for (const condition of conditionsOf(object)) {
      const series = this.#seriesOf(object, condition);
      const since = turnedAt(object, condition.type) ?? now;
      metrics.set(this.#metric("status_condition_count"), 1, series);
      metrics.set(this.#metric("status_condition_current_status_seconds"), (now - since) / 1_000, series);
    }
    const seconds = this.#secondsTerminating(object);
    if (seconds === undefined) return;
    metrics.set(this.#metric("termination_current_time_seconds"), seconds, this.#ownSeries(object));
  }

  #forget(object: WithConditions): void {
    const { metrics } = this.#context;
    for (const condition of conditionsOf(object)) {
      metrics.forget(this.#metric("status_condition_count"), this.#seriesOf(object, condition));
      metrics.forget(this.#metric("status_condition_current_status_seconds"), this.#seriesOf(object, condition));
    }
    metrics.forget(this.#metric("termination_current_time_seconds"), this.#ownSeries(object));
  }

  #tellTurn(object: WithConditions, to: Condition, from: Condition | undefined): void {
    if (from?.status === to.status) return;
    const { metrics } = this.#context;
    const { type, status, reason = "", message = "" } = to;
    const extra = this.#reported.extra(object);
    metrics.count(this.#metric("status_condition_transitions_total"), { type, status, reason, ...extra });
    if (from === undefined) return;
    const seconds = (millisecondsOf(to) - millisecondsOf(from)) / 1_000;
    const was = { type, status: from.status, ...extra };
    metrics.observe(this.#metric("status_condition_transition_seconds"), seconds, was);
    const words = [`Type: ${type}`, `Status: ${from.status} -> ${status}`, `Reason: ${reason}`];
    if (message !== "") words.push(`Message: ${message}`);
    this.#say(object, type, `Status condition transitioned, ${words.join(", ")}`);
  }

  #tellEnd(object: WithConditions): void {
    const seconds = this.#secondsTerminating(object);
    if (seconds === undefined) return;
    const { metrics } = this.#context;
    metrics.observe(this.#metric("termination_duration_seconds"), seconds, this.#reported.extra(object));
  }

  #tellFinalized(before: WithConditions, object: WithConditions | undefined): void {
    if (before.metadata.deletionTimestamp === undefined) return;
    const held = object?.metadata.finalizers ?? [];
    const released = (before.metadata.finalizers ?? []).filter((finalizer) => !held.includes(finalizer));
    for (const finalizer of released) this.#say(before, "Finalized", `Finalized ${finalizer}`);
  }

  #say({ metadata }: WithConditions, reason: string, message: string): void {
    this.#context.events.publish({ about: { kind: this.#reported.kind, metadata }, type: "Normal", reason, message });
  }

  #secondsTerminating({ metadata: { deletionTimestamp } }: WithConditions): number | undefined {
    if (deletionTimestamp === undefined) return undefined;
    return (this.#context.clock.now() - Date.parse(deletionTimestamp)) / 1_000;
  }

  #metric(what: string): string {
    return `operator_${this.#reported.name}_${what}`;
  }

  #ownSeries(object: WithConditions): MetricLabels {
    const { name, namespace = "" } = object.metadata;
    return { name, namespace, ...this.#reported.extra(object) };
  }

  #seriesOf(object: WithConditions, { type, status, reason = "" }: Condition): MetricLabels {
    return { type, status, reason, ...this.#ownSeries(object) };
  }
}

const conditionsOf = ({ status }: WithConditions): readonly Condition[] => status?.conditions ?? [];

const millisecondsOf = ({ lastTransitionTime = "" }: Condition): number => Date.parse(lastTransitionTime);

function poolAndClass({ metadata: { labels: own = {} } }: WithConditions): MetricLabels {
  return { nodepool: own[labels.nodePool] ?? "", node_class: own[labels.nodeClass] ?? "" };
}

function nothing(): MetricLabels {
  return {};
}
