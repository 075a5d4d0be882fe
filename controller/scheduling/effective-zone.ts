import { labels } from "../api/labels";
import type { Pod } from "../api/pod";
import type { Aim, PodClass } from "./pod-class";
import type { PodKind } from "./demand";
import { isAllowed } from "./domain-choice";
import { allows } from "./requirement";
import { both, none, ofLabels, type Requirements, requirementsOf } from "./requirements";
import type { Topology } from "./topology";
import type { TopologyGroup } from "./topology-group";

/** Kinds of pods by the zone that they can go to, as things stand before anything is placed. */
export function podsByZone(classes: readonly PodClass[], topology: Topology): ReadonlyMap<string, readonly Pod[]> {
  const byZone = new Map<string, Pod[]>();
  const zones = topology.valuesOf(labels.zone);
  const known = new Map<PodKind, string>();
  for (const { pods, kind, aims } of classes) {
    // The last aim has no preference left.
    const zone = known.get(kind) ?? effectiveZone(kind.pod, kind.places, openZones(aims.at(-1), zones));
    known.set(kind, zone);
    const before = byZone.get(zone);
    if (before === undefined) byZone.set(zone, [...pods]);
    else for (const pod of pods) before.push(pod);
  }
  return byZone;
}

/** The zones where other pods let them be; undefined where others do not matter. */
function openZones(aim: Aim | undefined, zones: readonly string[]): Zones {
  if (aim === undefined) return undefined;
  const { rules, shunned, ...rest } = aim.ties.domain;
  const isZonal = (group: TopologyGroup): boolean => group.term.key === labels.zone;
  const zonal = { ...rest, rules: rules.filter(({ group }) => isZonal(group)), shunned: shunned.filter(isZonal) };
  if (zonal.rules.length + zonal.shunned.length === 0) return undefined;
  return new Set(zones.filter((zone) => isAllowed(zonal, { get: () => zone })));
}

/** Zones, or undefined for whichever there are. */
type Zones = ReadonlySet<string> | undefined;

/**
 * The one zone that a pod can go to, for people who watch zones: `flexible` when there are several, `none` when what is
 * asked of its zone cannot be met. Its own strict demands, its volumes' places, and the zones that spread and pod
 * affinity leave `open`, where they constrain it, hold together.
 */
export function effectiveZone(pod: Pod, places: readonly Requirements[], open?: Zones): string {
  const zones = new Set<string>();
  for (const term of strictTerms(pod)) {
    for (const place of places) {
      const possible = zonesOf(both(term, place), open);
      if (possible === undefined) return "flexible";
      for (const zone of possible) zones.add(zone);
    }
  }
  const [zone, ...others] = zones;
  if (zone === undefined) return "none";
  return others.length === 0 ? zone : "flexible";
}

/** What a pod insists on: each alternative of its required node affinity together with its selector. */
function strictTerms({ spec: { nodeSelector, affinity } }: Pod): readonly Requirements[] {
  const selected = ofLabels(nodeSelector);
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.map(({ matchExpressions }) => requirementsOf(matchExpressions)) ?? [none];
  return terms.map((term) => both(selected, term));
}

function zonesOf(requirements: Requirements, open: Zones): Zones {
  const zone = requirements.get(labels.zone);
  if (zone === undefined) return open;
  if (zone.shape === "only") return new Set([...zone.values].filter((value) => open?.has(value) ?? true));
  return open && new Set([...open].filter((value) => allows(zone, value)));
}
