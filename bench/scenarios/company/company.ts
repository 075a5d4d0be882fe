import type { PoolChoice } from "#controller/scheduling/problem";
import type { Pod } from "#controller/api/pod";
import type { Namespace } from "#controller/api/workloads";
import { realTypes } from "../real-types";
import { problemWith, type Scenario } from "../scenario";
import { companyDaemons } from "./daemons";
import { batchPods, gpuPods } from "./jobs";
import { companyPools } from "./pools";
import { namespaces, servicePods } from "./services";
import { storePods, storeVolumes } from "./stores";

const SERVICES_SHARE = 0.65;
const GPU_SHARE = 0.02;
/** Of the on-demand price. */
const SPOT_SHARE = 0.4;

/** Two thirds services, a handful of stores, some training, and the rest is batch. */
function companyPods(count: number): readonly Pod[] {
  const steady = [...servicePods(count * SERVICES_SHARE), ...storePods, ...gpuPods(Math.round(count * GPU_SHARE))];
  return [...steady, ...batchPods(count - steady.length)];
}

export const companyNamespaces: readonly Namespace[] = namespaces.map((name) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
}));

/** All pools, over one catalog with spot. */
export function poolsOfCompany(): readonly PoolChoice[] {
  const instanceTypes = realTypes({ spotShare: SPOT_SHARE });
  return companyPools.map((pool) => ({ pool, instanceTypes, usage: {} }));
}

/** A company moves in. */
export const company: Scenario = {
  name: "company",
  about: "40 services with sidecars, stores with zonal volumes, spot batch and GPU jobs on the real catalog",
  sizes: [300, 1000, 5000, 10_000],
  problem: (pods) =>
    problemWith({
      pods: companyPods(pods),
      pools: poolsOfCompany(),
      daemonSets: companyDaemons,
      namespaces: companyNamespaces,
      volumes: storeVolumes,
    }),
};
