import { labels } from "../api/labels";
import type { Pod } from "../api/pod";
import { allows } from "./requirement";
import { both, none, ofLabels, type Requirements, requirementsOf } from "./requirements";

/** Zones, or undefined for whichever there are. */
type Zones = ReadonlySet<string> | undefined;

/**
 * The one zone that a pod can go to, for people who watch zones: `flexible` when there are several, `none` when what is
 * asked of its zone cannot be met. Its own strict demands, its volumes' places, and the zones that spread and pod affinity
 * leave `open`, where they constrain it, hold together (karpenter-core §3.11).
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
