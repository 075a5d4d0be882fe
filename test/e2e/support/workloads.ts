import { labels } from "#controller/api/labels";
import type { Manifest } from "#sandbox/control-plane/operator";

export interface Workload {
  readonly name: string;
  readonly replicas: number;
  readonly requests: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly object[];
  /** Never run. @default one that pauses */
  readonly image?: string;
}

/** Pods that do nothing but ask for room. */
export const deployment = (workload: Workload): Manifest<"Deployment"> => {
  const { name, replicas, requests, nodeSelector, tolerations, image = "registry.k8s.io/pause:3.10" } = workload;
  // Extended resources must be limited to what is requested.
  const limits = Object.fromEntries(Object.entries(requests).filter(([resource]) => resource.includes("/")));
  const container = { name: "pause", image, resources: { requests, limits } };
  return {
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 0, nodeSelector, tolerations, containers: [container] },
      },
    },
  };
};

/** Only on this pool's nodes. */
export const onPool = (pool: string): Pick<Workload, "nodeSelector"> => ({ nodeSelector: { [labels.nodePool]: pool } });

/** A budget under which no pod of a Deployment may be evicted. */
export const unevictable = (app: string, replicas: number): Manifest<"PodDisruptionBudget"> => ({
  kind: "PodDisruptionBudget",
  metadata: { name: app },
  spec: { minAvailable: replicas, selector: { matchLabels: { app } } },
});
