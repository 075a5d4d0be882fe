import type { Pod } from "#controller/api/pod";
import { nodeWishes, wishesKey } from "./expression";
import { nameOf, type Place, purchasesOf, surelyMeets } from "./place";
import { untolerated } from "./tolerations";

/** Every arrival tolerates the node's taints and wants the node, whatever machine it turns out to be. */
export function violationsOfWants(place: Place): readonly string[] {
  const unwanted = new Map<string, string | undefined>();
  return place.arrivals.flatMap((pod) => [
    ...untolerated(pod.spec.tolerations, place.taints).map(
      ({ key, effect }) => `${nameOf(pod)} does not tolerate ${key}:${effect} of ${place.name}`,
    ),
    ...(unwantedBy(pod, place, unwanted) ?? []),
  ]);
}

function unwantedBy(pod: Pod, place: Place, known: Map<string, string | undefined>): readonly string[] | undefined {
  const key = wishesKey(pod.spec);
  if (key === "[null,null]") return undefined;
  if (!known.has(key)) known.set(key, firstUnwanted(pod, place));
  const text = known.get(key);
  return text === undefined ? undefined : [`${nameOf(pod)} does not want ${place.name} as ${text}`];
}

function firstUnwanted({ spec }: Pod, place: Place): string | undefined {
  const wishes = nodeWishes(spec);
  return purchasesOf(place).find((purchase) => !surelyMeets(place, purchase, wishes))?.text;
}
