import { labels } from "#controller/api/labels";
import type { Manifest } from "#sandbox/control-plane/operator";
import { deployment, onPool, type Workload } from "./workloads";

/** A buffer of pods like this workload's, on a pool's nodes, and the PodTemplate that it is shaped after. */
export function keptRoom(pool: string, workload: Workload): readonly Manifest[] {
  const { name, replicas } = workload;
  const { template } = deployment({ ...onPool(pool), ...workload }).spec as { readonly template: object };
  return [
    { kind: "PodTemplate", metadata: { name }, template },
    { kind: "CapacityBuffer", metadata: { name }, spec: { podTemplateRef: { name }, replicas } },
  ];
}

/** Makes a type the cheapest of a pool. */
export const bargain = (name: string, pool: string, instanceType: string): Manifest<"NodeOverlay"> => ({
  kind: "NodeOverlay",
  metadata: { name },
  spec: {
    requirements: [
      { key: labels.nodePool, operator: "In", values: [pool] },
      { key: labels.instanceType, operator: "In", values: [instanceType] },
    ],
    price: "0.0001",
  },
});
