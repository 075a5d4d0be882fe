import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { PoolChoice } from "#controller/scheduling/problem";
import { Random } from "../random";
import { nodePool, pendingPod } from "./objects";
import { problemWith, type Scenario } from "./scenario";
import { syntheticTypes } from "./synthetic-types";

export const cpuRequests = ["100m", "250m", "500m", "1000m", "1500m"] as const;
export const memoryRequests = ["100Mi", "256Mi", "512Mi", "1024Mi", "2048Mi", "4096Mi"] as const;
const letters = ["a", "b", "c", "d", "e", "f", "g"] as const;

type Kind = (random: Random) => { readonly labels: Readonly<Record<string, string>>; readonly spec?: Partial<PodSpec> };

/** Pods that like any place. */
const generic: Kind = (random) => ({ labels: { "my-label": random.pick(letters) } });

/** Pods that spread others, which they themselves are among only by chance. */
const spreadOver =
  (topologyKey: string): Kind =>
  (random) => {
    const own = random.pick(letters);
    const labelSelector = { matchLabels: { "my-label": random.pick(letters) } };
    return {
      labels: { "my-label": own },
      spec: {
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector }],
      },
    };
  };

/** Pods that follow their like into one zone. The peer's benchmark spells the label so. */
const zoneMates: Kind = (random) => {
  const own = { "my-affininity": random.pick(letters) };
  const term = { topologyKey: labels.zone, labelSelector: { matchLabels: own } };
  return {
    labels: own,
    spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
  };
};

/** Pods that each want a host of their own. */
const loners: Kind = () => {
  const own = { app: "nginx" };
  const term = { topologyKey: labels.hostname, labelSelector: { matchLabels: own } };
  return {
    labels: own,
    spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
  };
};

const kinds: readonly Kind[] = [generic, spreadOver(labels.zone), spreadOver(labels.hostname), zoneMates, loners];

/** A fifth of each kind, one kind after the other; what is left over is generic. */
function diversePods(count: number): readonly Pod[] {
  const random = new Random(42);
  const share = Math.floor(count / kinds.length);
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[Math.floor(index / Math.max(1, share))] ?? generic;
    return pendingPod({
      ...kind(random),
      name: `diverse-${String(index).padStart(5, "0")}`,
      requests: { cpu: random.pick(cpuRequests), memory: random.pick(memoryRequests) },
    });
  });
}

/** The peer's own benchmark, in our words. */
export const diverse: Scenario = {
  name: "diverse",
  about: "the peer's own benchmark: spread, affinity and anti-affinity pods on 400 synthetic types",
  sizes: [500, 1000, 2000, 5000, 10_000, 20_000],
  problem: (pods) => problemWith({ pods: diversePods(pods), pools: syntheticPools() }),
};

/** One pool, with limits that nothing reaches, over the synthetic types. */
export const syntheticPools = (): readonly PoolChoice[] => [
  {
    pool: nodePool({ name: "default", limits: { cpu: "10000000", memory: "10000000Gi" } }),
    instanceTypes: syntheticTypes(400),
    usage: {},
  },
];
