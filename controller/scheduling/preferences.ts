import type { Pod } from "../api/pod";
import { none, type Requirements } from "./requirements";
import type { TopologyTerm, TopologyTerms } from "./topology-term";
import { preferredTerms, type Softness, tolerant, type Wish, wishesWith, withPlaces } from "./wish";

/** A wish, and the topology terms that go with it. */
export interface RawAim {
  readonly wish: Wish;
  readonly terms: readonly TopologyTerm[];
}

/** What is tried for a pod, best first, and at each step what it still insists on. */
interface Step {
  readonly preference: Requirements;
  readonly terms: readonly TopologyTerm[];
}

/**
 * What a pod would like, best first; each next aim is tried where the ones before found no room. Preferences are held
 * up as if they were required and given up one by one: pod affinity, pod anti-affinity, node affinity (each the
 * heaviest first), then spread constraints with `ScheduleAnyway`; last of all the pod puts up with PreferNoSchedule
 * taints. What is required is in every aim, each of its node-affinity terms in turn
 * (https://karpenter.sh/docs/concepts/scheduling/).
 */
export function aimsOf(
  pod: Pod,
  { softness, places, terms }: { softness: Softness; places: readonly Requirements[]; terms: TopologyTerms },
): readonly RawAim[] {
  const wishes = (preference: Requirements): readonly Wish[] => withPlaces(wishesWith(pod, preference), places);
  const steps = softness.respect ? stepsOf(pod, terms) : [{ preference: none, terms: terms.required }];
  const aims = steps.flatMap((step) => wishes(step.preference).map((wish) => ({ wish, terms: step.terms })));
  const last = aims.slice(-wishes(none).length);
  return softness.softTaints
    ? [...aims, ...last.map(({ wish, ...rest }) => ({ wish: tolerant(wish), ...rest }))]
    : aims;
}

function stepsOf({ spec }: Pod, { required, ...preferred }: TopologyTerms): readonly Step[] {
  const nodes = preferredTerms(spec.affinity?.nodeAffinity);
  const { preferredAffinity: near, preferredAntiAffinity: apart, preferredSpread: spread } = preferred;
  const step = (given: readonly [number, number, number, number]): Step => ({
    preference: nodes[given[2]] ?? none,
    terms: [...required, ...near.slice(given[0]), ...apart.slice(given[1]), ...spread.slice(given[3])],
  });
  const [n, a, o, s] = [near.length, apart.length, nodes.length, spread.length];
  return [
    ...near.map((_, i) => step([i, 0, 0, 0])),
    ...apart.map((_, i) => step([n, i, 0, 0])),
    ...nodes.map((_, i) => step([n, a, i, 0])),
    ...spread.map((_, i) => step([n, a, o, i])),
    step([n, a, o, s]),
  ];
}
