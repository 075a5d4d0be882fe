/** A taint as kubelets write it. */
export interface BootTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** What a machine's user data tells its kubelet, whatever the image family's way of saying it. */
export interface BootInstructions {
  readonly family: "AL2023" | "AL2" | "Bottlerocket" | "Windows";
  readonly clusterName: string;
  /** Absent where the machine asks EKS for it. */
  readonly apiServerEndpoint?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly BootTaint[];
  readonly maxPods?: number | undefined;
  /** Kubernetes quantities by resource. */
  readonly kubeReserved: Readonly<Record<string, string>>;
  readonly systemReserved: Readonly<Record<string, string>>;
  /** Quantities or percentages by signal, "memory.available". */
  readonly evictionHard: Readonly<Record<string, string>>;
  /** The instance's own disks are one volume, and that is where pods write. */
  readonly raid0: boolean;
}
