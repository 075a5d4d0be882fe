import { labels } from "#controller/api/labels";
import type { Pod, PodVolume } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem, Volumes } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, podAsking, problem } from "./builders";
import { type DeepPartial, merge } from "./merge";
import { solved } from "./solved";

export const pools = [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])];
export const mounts = (...names: readonly string[]): PodVolume[] =>
  names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
export const pod = merge(podAsking({ cpu: "1" }, { volumes: mounts("data") }), { metadata: { name: "consumer" } });

/** A claim called `data`, waiting for its first consumer in class `gp3`. */
export const claim = (...overrides: readonly DeepPartial<PersistentVolumeClaim>[]): PersistentVolumeClaim =>
  merge<PersistentVolumeClaim>(
    {
      metadata: { name: "data", namespace: "default" },
      spec: { storageClassName: "gp3" },
      status: { phase: "Pending" },
    },
    ...overrides,
  );
/** The same, bound to the volume `pv`. */
export const bound = (...overrides: readonly DeepPartial<PersistentVolumeClaim>[]): PersistentVolumeClaim =>
  claim(
    {
      metadata: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
      spec: { volumeName: "pv" },
      status: { phase: "Bound" },
    },
    ...overrides,
  );
export type Terms = NonNullable<NonNullable<PersistentVolume["spec"]["nodeAffinity"]>["required"]>["nodeSelectorTerms"];
export const inZone = (zone: string, key = "topology.ebs.csi.aws.com/zone"): Terms[number] => ({
  matchExpressions: [{ key, operator: "In", values: [zone] }],
});
export const onHost = (name: string): Terms[number] => ({
  matchExpressions: [{ key: labels.hostname, operator: "In", values: [name] }],
});
/** A volume `pv` of the EBS driver, unless told otherwise. */
export const volume = (nodeSelectorTerms: Terms = [], spec: PersistentVolume["spec"] = ebs): PersistentVolume => ({
  metadata: { name: "pv" },
  spec: { ...spec, ...(nodeSelectorTerms.length > 0 && { nodeAffinity: { required: { nodeSelectorTerms } } }) },
});
export const ebs: PersistentVolume["spec"] = { csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" } };
export const volumeIn = (...zones: readonly string[]): PersistentVolume => volume(zones.map((zone) => inZone(zone)));
export const storageClass = (parts: Partial<StorageClass> = {}): StorageClass => ({
  metadata: { name: "gp3" },
  provisioner: "ebs.csi.aws.com",
  volumeBindingMode: "WaitForFirstConsumer",
  ...parts,
});
export const allowing = (key: string, ...zones: readonly string[]): Partial<StorageClass> => ({
  allowedTopologies: zones.map((zone) => ({ matchLabelExpressions: [{ key, values: [zone] }] })),
});

export const problemWith = (parts: Partial<Volumes>, pods: readonly Pod[] = [pod]): Problem =>
  problem({ pods, pools, volumes: { claims: [], volumes: [], classes: [], ...parts } });

export const planWith = (parts: Partial<Volumes>, pods: readonly Pod[] = [pod]): Plan =>
  solved(problemWith(parts, pods));
export const zoneOf = (plan: Plan): string | undefined => plan.newNodes[0]?.cheapest.offering.zone;
export const zonesOf = (plan: Plan): readonly string[] | undefined =>
  plan.newNodes[0]?.requirements.find(({ key }) => key === labels.zone)?.values;
