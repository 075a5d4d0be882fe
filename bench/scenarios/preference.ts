import { labels } from "#controller/api/labels";
import type { Affinity, Pod } from "#controller/api/pod";
import type { SchedulingSettings } from "#controller/scheduling/problem";
import { Random } from "../random";
import { cpuRequests, memoryRequests, syntheticPools } from "./diverse";
import { pendingPod } from "./objects";
import { problemWith, type Scenario } from "./scenario";

const own = { app: "nginx" };
const offEachOther = (topologyKey: string, weight: number) => ({
  weight,
  podAffinityTerm: { topologyKey, labelSelector: { matchLabels: own } },
});

/** A zone that all can have, a zone for oneself that all but a few cannot, a host for oneself that all can. */
const wishes: Affinity = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, preference: { matchExpressions: [{ key: labels.zone, operator: "In", values: ["test-zone-1"] }] } },
    ],
  },
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [offEachOther(labels.zone, 10), offEachOther(labels.hostname, 1)],
  },
};

function wishfulPods(count: number): readonly Pod[] {
  const random = new Random(42);
  const requests = { cpu: random.pick(cpuRequests), memory: random.pick(memoryRequests) };
  return Array.from({ length: count }, (_, index) =>
    pendingPod({
      name: `wishful-${String(index).padStart(5, "0")}`,
      ...{ labels: own, requests, spec: { affinity: wishes } },
    }),
  );
}

const preference = (preferences: SchedulingSettings["preferences"]): Scenario => ({
  name: `preference-${preferences.toLowerCase()}`,
  about: `the peer's own benchmark of preferences, policy ${preferences}: equal pods on 400 synthetic types`,
  sizes: [4000],
  problem: (pods) =>
    problemWith({
      pods: wishfulPods(pods),
      pools: syntheticPools(),
      settings: { preferences, minValues: "Strict" },
    }),
});

export const preferenceRespected = preference("Respect");
export const preferenceIgnored = preference("Ignore");
