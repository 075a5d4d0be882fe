/**
 * Pools that many clusters have, as settings for the `nodePools` dictionary. What is given beside them wins, field by
 * field; requirements that are given come on top, and of one key take the place of the pool's own.
 */
import type { RequirementSpec } from "../controller/api/requirement";
import type { ClassSettings, PoolSettings } from "./pool-settings";

/** What one pool has that differs; its class is made for it. */
export type PoolOptions = Omit<PoolSettings, "class"> & { readonly class?: ClassSettings };

const within = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });
const instance = (name: string): string => `karpenter.k8s.aws/instance-${name}`;

const linux = within("kubernetes.io/os", "linux");
const amd64 = within("kubernetes.io/arch", "amd64");
const arm64 = within("kubernetes.io/arch", "arm64");
const onDemand = within("karpenter.sh/capacity-type", "on-demand");
const ordinary = [
  within(instance("category"), "c", "m", "r"),
  { key: instance("generation"), operator: "Gt", values: ["2"] },
] as const satisfies readonly RequirementSpec[];

/** Only for pods that ask for it: they tolerate the taint `<key>=true:NoSchedule`. */
const reserved = (key: string): PoolSettings["taints"] => [{ key, value: "true", effect: "NoSchedule" }];

/** Machines for everything: on demand, amd64, types of categories c, m and r that are not too old. */
export const generalPurpose = (options: PoolOptions = {}): PoolSettings =>
  pool({ requirements: [linux, amd64, onDemand, ...ordinary] }, options);

/** As `generalPurpose`, on Graviton: images have to be built for arm64. */
export const arm = (options: PoolOptions = {}): PoolSettings =>
  pool({ requirements: [linux, arm64, onDemand, ...ordinary] }, options);

/** As `generalPurpose`, of spot capacity where there is some and else on demand. Pods may be interrupted. */
export const spot = (options: PoolOptions = {}): PoolSettings =>
  pool(
    { requirements: [linux, amd64, within("karpenter.sh/capacity-type", "spot", "on-demand"), ...ordinary] },
    options,
  );

/**
 * NVIDIA GPUs, for pods that tolerate `nvidia.com/gpu=true:NoSchedule`. Their device plugin is not part of it; that of
 * NVIDIA tolerates the taint.
 */
export const gpu = (options: PoolOptions = {}): PoolSettings =>
  pool(
    {
      class: { volumeSize: "100Gi" },
      requirements: [linux, amd64, onDemand, within(instance("gpu-manufacturer"), "nvidia")],
      taints: reserved("nvidia.com/gpu"),
    },
    options,
  );

/** AWS Inferentia and Trainium, for pods that tolerate `aws.amazon.com/neuron=true:NoSchedule`. */
export const neuron = (options: PoolOptions = {}): PoolSettings =>
  pool(
    {
      class: { volumeSize: "100Gi" },
      requirements: [linux, amd64, onDemand, within(instance("accelerator-manufacturer"), "aws")],
      taints: reserved("aws.amazon.com/neuron"),
    },
    options,
  );

/** Windows Server 2022, for pods that tolerate `os=windows:NoSchedule`. The cluster has to have Windows support. */
export const windows = (options: PoolOptions = {}): PoolSettings =>
  pool(
    {
      class: { amiAlias: "windows2022@latest", volumeSize: "100Gi" },
      requirements: [within("kubernetes.io/os", "windows"), amd64, onDemand, ...ordinary],
      taints: [{ key: "os", value: "windows", effect: "NoSchedule" }],
    },
    options,
  );

function pool(preset: PoolOptions, options: PoolOptions): PoolSettings {
  const { requirements: given = [], class: machines = {}, ...others } = options;
  const asked = new Set(given.map(({ key }) => key));
  const requirements = [...(preset.requirements ?? []).filter(({ key }) => !asked.has(key)), ...given];
  const { amiAlias, ...boot } = preset.class ?? {};
  // An alias goes without images that are chosen otherwise.
  const images = amiAlias === undefined || machines.amiSelectorTerms !== undefined ? {} : { amiAlias };
  return { ...preset, ...others, requirements, class: { ...images, ...boot, ...machines } };
}
