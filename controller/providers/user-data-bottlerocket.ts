import { parse, stringify } from "smol-toml";
import type { Taint } from "../api/kube-object";
import { TerminalError } from "../ports/errors";
import type { Boot } from "./boot";

type Table = Readonly<Record<string, unknown>>;

/**
 * Bottlerocket: settings in TOML. The user's settings stay, except those that make the node join this cluster as the
 * claim wants it. https://bottlerocket.dev/en/os/latest/api/settings/kubernetes/
 */
export function bottlerocket(boot: Boot): string {
  const document = read(boot.custom);
  const settings = tableAt(document, "settings");
  const kubernetes = tableAt(settings, "kubernetes");
  const merged = {
    ...document,
    settings: {
      ...settings,
      kubernetes: {
        ...kubernetes,
        ...ours(boot),
        "node-labels": { ...tableAt(kubernetes, "node-labels"), ...boot.labels },
        "node-taints": taintTable(boot.taints),
      },
      ...(boot.raid0 && {
        "bootstrap-commands": {
          ...tableAt(settings, "bootstrap-commands"),
          "000-mount-instance-storage": instanceStore,
        },
      }),
    },
  };
  return stringify(merged);
}

function read(custom: string): Table {
  try {
    return parse(custom);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new TerminalError(`spec.userData must be TOML for Bottlerocket: ${why}`, { cause: error });
  }
}

const tableAt = (table: Table, key: string): Table => {
  const value = table[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {}; // a TOML table
};

function ours({ cluster, clusterName, clusterDns, kubelet, maxPods }: Boot): Table {
  const dns = kubelet.clusterDNS?.[0] ?? clusterDns;
  const settings: Table = {
    "api-server": cluster.endpoint,
    "cluster-certificate": cluster.certificateAuthority,
    "cluster-name": clusterName,
    "cluster-dns-ip": dns,
    "max-pods": maxPods,
    "system-reserved": kubelet.systemReserved,
    "kube-reserved": kubelet.kubeReserved,
    "eviction-hard": kubelet.evictionHard,
    "eviction-soft": kubelet.evictionSoft,
    "eviction-soft-grace-period": kubelet.evictionSoftGracePeriod,
    "eviction-max-pod-grace-period": kubelet.evictionMaxPodGracePeriod,
    "image-gc-high-threshold-percent": asText(kubelet.imageGCHighThresholdPercent),
    "image-gc-low-threshold-percent": asText(kubelet.imageGCLowThresholdPercent),
    "cpu-cfs-quota-enforced": kubelet.cpuCFSQuota,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Bottlerocket wants these percentages in quotes. */
const asText = (percent: number | undefined): string | undefined =>
  percent === undefined ? undefined : String(percent);

function taintTable(taints: readonly Taint[]): Table {
  const table: Record<string, string[]> = {};
  for (const { key, value = "", effect } of taints) table[key] = [...(table[key] ?? []), `${value}:${effect}`];
  return table;
}

/** Makes the instance-store disks one and puts images, pods and logs on it, at every boot and before anything else. */
const instanceStore = {
  commands: [
    ["apiclient", "ephemeral-storage", "init"],
    ["apiclient", "ephemeral-storage", "bind", "--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"],
  ],
  mode: "always",
  essential: true,
};
