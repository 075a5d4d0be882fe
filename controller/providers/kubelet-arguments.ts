import type { KubeletConfiguration } from "../api/ec2-node-class";
import type { Labels, Taint } from "../api/kube-object";
import { byText } from "./selector";

interface KubeletBoot {
  readonly kubelet: KubeletConfiguration;
  readonly maxPods: number;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** Kubelet command-line arguments, for families whose bootstrap knows no configuration file. */
export function kubeletArguments({ kubelet, maxPods, labels, taints }: KubeletBoot): readonly string[] {
  const values: Readonly<Record<string, string | undefined>> = {
    "node-labels": joined(labels, "="),
    "register-with-taints": taints.map(taintText).join(","),
    "max-pods": String(maxPods),
    "pods-per-core": text(kubelet.podsPerCore),
    "system-reserved": joined(kubelet.systemReserved, "="),
    "kube-reserved": joined(kubelet.kubeReserved, "="),
    "eviction-hard": joined(kubelet.evictionHard, "<"),
    "eviction-soft": joined(kubelet.evictionSoft, "<"),
    "eviction-soft-grace-period": joined(kubelet.evictionSoftGracePeriod, "="),
    "eviction-max-pod-grace-period": text(kubelet.evictionMaxPodGracePeriod),
    "image-gc-high-threshold": text(kubelet.imageGCHighThresholdPercent),
    "image-gc-low-threshold": text(kubelet.imageGCLowThresholdPercent),
    "cpu-cfs-quota": text(kubelet.cpuCFSQuota),
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`--${name}=${quoted(value)}`],
  );
}

const text = (value: number | boolean | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

export const joined = (map: Labels = {}, between: string): string =>
  Object.entries(map)
    .sort(([a], [b]) => byText(a, b))
    .map(([key, value]) => `${key}${between}${value}`)
    .join(",");

const taintText = ({ key, value = "", effect }: Taint): string => `${key}=${value}:${effect}`;

const quoted = (value: string): string => (/[<,=]/.test(value) ? `"${value}"` : value);
