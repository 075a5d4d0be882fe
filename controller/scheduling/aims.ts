import type { Pod } from "../api/pod";
import type { PodGroup, PodKind } from "./demand";
import type { Aim, PodClass } from "./pod-class";
import { aimsOf, type RawAim } from "./preferences";
import type { Problem } from "./problem";
import { remembered } from "./memo";
import { Prospects } from "./prospects";
import { signatureOf } from "./requirements";
import type { Scope } from "./scope";
import { Inventory } from "./inventory";
import type { Topology } from "./topology";
import type { TopologyGroup } from "./topology-group";
import type { Dimensions } from "./vector";
import type { Softness, Wish } from "./wish";

export interface World {
  readonly problem: Problem;
  readonly topology: Topology;
  /** An empty node of each pool. */
  readonly pools: readonly Scope[];
  readonly dimensions: Dimensions;
}

/**
 * Ties are worked out once every kind of pods has said its terms, since each term binds all whom it is about. Pods that
 * nothing could hold say none: nobody is to go elsewhere for their sake.
 */
export function classesOf(
  groups: readonly PodGroup[],
  world: World,
): { readonly classes: readonly PodClass[]; readonly prospects: Prospects } {
  const { problem, topology } = world;
  const softness = softnessOf(problem);
  const share = sharedWishes();
  const inventory = new Inventory({ ...world, nodes: problem.nodes, minValues: problem.settings.minValues });
  const rawAims = ({ pod, places }: PodKind, same: readonly PodGroup[]): readonly RawAim[] => {
    const aims = aimsOf(pod, { softness, places, terms: topology.reader.termsOf(pod) });
    const shared = aims.map(({ wish, terms }) => ({ wish: share(wish), terms }));
    return couldBePlaced(same, shared, inventory) ? shared : shared.map(({ wish }) => ({ wish, terms: [] }));
  };
  const rawOf = new Map([...groupsByKind(groups)].map(([kind, same]) => [kind, rawAims(kind, same)]));
  for (const aims of rawOf.values()) for (const { terms } of aims) terms.forEach((term) => topology.groupOf(term));
  const tied = ({ wish, terms }: RawAim, pod: Pod): Aim => ({ wish, ties: topology.tiesOf(pod, terms) });
  const aimsOfKind = new Map([...rawOf].map(([kind, aims]) => [kind, aims.map((aim) => tied(aim, kind.pod))]));
  const prospects = new Prospects(inventory, countingGroups(aimsOfKind.values()));
  const classes = groups.map((group) => {
    const aims = aimsOfKind.get(group.kind) ?? [];
    return { ...group, aims: worthTrying({ ...group, aims }, prospects) };
  });
  return { classes, prospects };
}

function groupsByKind(groups: readonly PodGroup[]): ReadonlyMap<PodKind, readonly PodGroup[]> {
  const byKind = new Map<PodKind, PodGroup[]>();
  for (const group of groups) remembered(byKind, group.kind, () => []).push(group);
  return byKind;
}

/** Asked of pods with terms only: what others do is all the same to the rest. */
const couldBePlaced = (groups: readonly PodGroup[], aims: readonly RawAim[], inventory: Inventory): boolean =>
  aims.every(({ terms }) => terms.length === 0) ||
  groups.some(({ requests }) => aims.some(({ wish }) => inventory.holds(requests, wish)));

const countingGroups = (aimsOfKinds: Iterable<readonly Aim[]>): ReadonlySet<TopologyGroup> =>
  new Set(
    [...aimsOfKinds].flatMap(([aim]) => [...(aim?.ties.node.counted ?? []), ...(aim?.ties.domain.counted ?? [])]),
  );

/**
 * Aims that something could grant. A pod that would like what there is not asks together with all others for what there
 * is, not after them; where nothing could grant any, the last stays, since it is what the pod is told about.
 */
function worthTrying(podClass: PodClass, prospects: Prospects): readonly Aim[] {
  const { aims } = podClass;
  if (aims.length < 2) return aims;
  const some = aims.filter((aim) => prospects.has(podClass, aim));
  return some.length > 0 ? some : aims.slice(-1);
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
