import { selects } from "#controller/api/label-selector";
import type { Pod, PodAffinityTerm, Toleration } from "#controller/api/pod";
import { labels } from "#controller/api/labels";
import type { Problem } from "#controller/scheduling/problem";
import { both, none, ofLabels, type Requirements, requirementsOf } from "#controller/scheduling/requirements";
import { type Amounts, effectiveRequests } from "#controller/scheduling/resources";
import { type ZoneSpread, zoneRuleOf, zoneSpreadOf } from "./zone-spread";

/** Pods that the bound cannot tell apart. */
export interface PodClass extends Wants {
  readonly count: number;
  /** Undefined where it does not matter to them in which zones they are. */
  readonly spread: ZoneSpread | undefined;
}

/** What a pod, or a daemon, asks of a node. */
export interface Wants {
  /** With `pods: 1`, and one of each `slot` that it takes. */
  readonly requests: Amounts;
  /** Any one of these will do. */
  readonly alternatives: readonly Requirements[];
  readonly tolerations: readonly Toleration[];
}

/** The pods of a problem by what they ask for, most frequent first. */
export function podClassesOf(problem: Problem): readonly PodClass[] {
  const { pods, settings } = problem;
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    const key = wantsKey(pod, slotsOf(pod, settings.preferences === "Respect")) + ruleKey(pod, problem);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pod]);
    else group.push(pod);
  }
  return [...groups.values()]
    .flatMap((group) => {
      const [pod] = group;
      if (pod === undefined) return [];
      const { requests, ...wants } = wantsOf(pod);
      const slots = slotsOf(pod, settings.preferences === "Respect");
      const spread = zoneSpreadOf(group, wants.alternatives, problem);
      return [{ ...wants, requests: { ...requests, ...countOf(slots) }, count: group.length, spread }];
    })
    .sort((a, b) => b.count - a.count);
}

/** Equal texts, equal wants. */
function wantsKey({ spec }: Pod, slots: readonly string[]): string {
  const resources = [spec.containers, spec.initContainers ?? []].map((containers) =>
    containers.map((each) => [each.resources?.requests, each.restartPolicy]),
  );
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const whole = [spec.resources?.requests, spec.overhead, spec.nodeSelector, required, spec.tolerations];
  return JSON.stringify([resources, whole, slots]);
}

/** Equal texts, spread by the same pods. */
function ruleKey(pod: Pod, problem: Problem): string {
  const rule = zoneRuleOf(pod, problem);
  return rule === undefined ? "" : JSON.stringify([pod.metadata.namespace, rule]);
}

/** What a pod asks for on its own, whatever other pods there are. */
export function wantsOf({ spec }: Pod): Wants {
  const selected = ofLabels(spec.nodeSelector);
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const terms = required?.map(({ matchExpressions }) => requirementsOf(matchExpressions)) ?? [none];
  return {
    requests: effectiveRequests(spec),
    alternatives: terms.map((term) => both(selected, term)),
    tolerations: spec.tolerations ?? [],
  };
}

/** Every node has one of each slot. */
export const isSlot = (resource: string): boolean => resource.startsWith("slot ");

const countOf = (slots: readonly string[]): Amounts => Object.fromEntries(slots.map((slot) => [slot, 1]));

/** One for each set of pods that stay off each other's host and that the pod is of. */
function slotsOf(pod: Pod, withPreferred: boolean): readonly string[] {
  const anti = pod.spec.affinity?.podAntiAffinity;
  const preferred = anti?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [
    ...(anti?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(withPreferred ? preferred.map(({ podAffinityTerm }) => podAffinityTerm) : []),
  ];
  const { namespace = "" } = pod.metadata;
  const own = terms.filter((term) => isPlain(term) && selects(term.labelSelector, pod.metadata.labels));
  return own.map(({ labelSelector }) => `slot ${namespace} ${JSON.stringify(labelSelector)}`);
}

/** Of hosts, and of the pod's own namespace alone. */
const isPlain = ({ topologyKey, namespaces, namespaceSelector, ...keys }: PodAffinityTerm): boolean =>
  topologyKey === labels.hostname &&
  [namespaces, namespaceSelector, keys.matchLabelKeys, keys.mismatchLabelKeys].every((each) => each === undefined);
