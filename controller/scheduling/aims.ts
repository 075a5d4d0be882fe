import type { Pod } from "../api/pod";
import type { PodGroup } from "./demand";
import { aimsOf, type RawAim } from "./preferences";
import type { Problem } from "./problem";
import { signatureOf } from "./requirements";
import type { Ties } from "./ties";
import type { Topology } from "./topology";
import type { Softness, Wish } from "./wish";

/** A group of pods with what may be tried for it, best first; nothing for pods whose required affinity has no term. */
export interface PodClass extends PodGroup {
  readonly aims: readonly Aim[];
}

/** One way to please a pod, down to what binds it to other pods then. */
export interface Aim {
  readonly wish: Wish;
  readonly ties: { readonly node: Ties; readonly domain: Ties };
}

/** Ties are worked out once every group has said its terms, since each term binds all whom it is about. */
export function classesOf(groups: readonly PodGroup[], problem: Problem, topology: Topology): readonly PodClass[] {
  const softness = softnessOf(problem);
  const share = sharedWishes();
  const raw = groups.map((group) => {
    const [pod] = group.pods;
    return { group, aims: aimsOf(pod, { softness, places: group.places, terms: topology.reader.termsOf(pod) }) };
  });
  for (const { aims } of raw) for (const { terms } of aims) terms.forEach((term) => topology.groupOf(term));
  const tied = ({ wish, terms }: RawAim, pod: Pod): Aim => ({ wish: share(wish), ties: topology.tiesOf(pod, terms) });
  return raw.map(({ group, aims }) => ({ ...group, aims: aims.map((aim) => tied(aim, group.pods[0])) }));
}

/** Equal wishes become one object, so that what follows from a wish is worked out once. */
function sharedWishes(): (wish: Wish) => Wish {
  const known = new Map<string, Wish>();
  return (wish) => {
    const key = `${signatureOf(wish.requirements)} ${JSON.stringify(wish.tolerations)}`;
    const shared = known.get(key) ?? wish;
    known.set(key, shared);
    return shared;
  };
}

function softnessOf({ pools, nodes, settings }: Problem): Softness {
  const taints = [
    ...pools.flatMap(({ pool }) => pool.spec.template.spec.taints ?? []),
    ...nodes.flatMap((node) => node.taints),
  ];
  return {
    respect: settings.preferences === "Respect",
    softTaints: taints.some(({ effect }) => effect === "PreferNoSchedule"),
  };
}
