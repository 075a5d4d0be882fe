import { labels } from "#controller/api/labels";
import type { LabelSelector } from "#controller/api/kube-object";
import type { Affinity, PodAffinityTerm, TopologySpreadConstraint } from "#controller/api/pod";
import { chance, type Draw, many, maybe, pick } from "./draw";
import { team } from "./pools";

/** Names that workloads go by; residents of nodes share them, so that there is something to find. */
export const apps = ["web", "db", "cache", "job"] as const;
export const namespaces = ["default", "other"] as const;

const topologyKey = (draw: Draw): string =>
  pick(draw, [
    labels.zone,
    labels.zone,
    labels.zone,
    labels.hostname,
    labels.hostname,
    labels.capacityType,
    labels.arch,
    team,
  ]);

/** Mostly the workload's own pods. */
const someSelector = (draw: Draw, app: string): LabelSelector =>
  pick<LabelSelector>(draw, [
    { matchLabels: { app } },
    { matchLabels: { app } },
    { matchLabels: { app } },
    { matchLabels: { app: pick(draw, apps) } },
    { matchExpressions: [{ key: "app", operator: "In", values: [app, pick(draw, apps)] }] },
    { matchExpressions: [{ key: "app", operator: "NotIn", values: [pick(draw, apps)] }] },
  ]);

export const someSpread = (draw: Draw, app: string): readonly TopologySpreadConstraint[] =>
  many(pick(draw, [0, 0, 1, 1, 1, 2]), (): TopologySpreadConstraint => ({
    maxSkew: pick(draw, [1, 1, 2]),
    topologyKey: topologyKey(draw),
    whenUnsatisfiable: chance(draw, 75) ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: someSelector(draw, app),
    ...(chance(draw, 15) ? { minDomains: draw.int(2, 4) } : {}),
    ...(chance(draw, 15) ? { nodeAffinityPolicy: pick<"Honor" | "Ignore">(draw, ["Honor", "Ignore"]) } : {}),
    ...(chance(draw, 20) ? { nodeTaintsPolicy: pick<"Honor" | "Ignore">(draw, ["Honor", "Ignore"]) } : {}),
    ...(chance(draw, 10) ? { matchLabelKeys: ["version"] } : {}),
  })).filter(isFirstOfItsKind);

/** Kubernetes takes one constraint per key and kind. */
const isFirstOfItsKind = (
  { topologyKey: key, whenUnsatisfiable }: TopologySpreadConstraint,
  position: number,
  all: readonly TopologySpreadConstraint[],
): boolean =>
  all.findIndex((each) => each.topologyKey === key && each.whenUnsatisfiable === whenUnsatisfiable) === position &&
  // minDomains goes with DoNotSchedule only.
  (whenUnsatisfiable === "DoNotSchedule" || all[position]?.minDomains === undefined);

const someTerm = (draw: Draw, app: string): PodAffinityTerm => ({
  topologyKey: topologyKey(draw),
  labelSelector: someSelector(draw, app),
  ...(chance(draw, 10) ? { namespaces: [pick(draw, namespaces)] } : {}),
  ...(chance(draw, 10) ? { namespaceSelector: pick(draw, [{}, { matchLabels: { tier: "back" } }]) } : {}),
});

type Terms = NonNullable<Affinity["podAffinity"]>;

function someTerms(draw: Draw, app: string): Terms | undefined {
  const required = maybe(draw, 65, () => many(pick(draw, [1, 1, 1, 1, 2]), () => someTerm(draw, app)));
  const preferred = maybe(draw, 35, () =>
    many(pick(draw, [1, 2]), () => ({ weight: draw.int(1, 100), podAffinityTerm: someTerm(draw, app) })),
  );
  return {
    ...(required === undefined ? {} : { requiredDuringSchedulingIgnoredDuringExecution: required }),
    ...(preferred === undefined ? {} : { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  };
}

export function someCompany(draw: Draw, app: string): Pick<Affinity, "podAffinity" | "podAntiAffinity"> {
  const podAffinity = maybe(draw, 18, () => someTerms(draw, app));
  const podAntiAffinity = maybe(draw, 20, () => someTerms(draw, app));
  return {
    ...(podAffinity === undefined ? {} : { podAffinity }),
    ...(podAntiAffinity === undefined ? {} : { podAntiAffinity }),
  };
}
