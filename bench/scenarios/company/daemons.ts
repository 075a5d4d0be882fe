import type { ResourceList } from "#controller/api/kube-object";
import type { DaemonSet } from "#controller/api/workloads";

/** What runs on every node of the company. */
const requested: Readonly<Record<string, ResourceList>> = {
  "kube-proxy": { cpu: "100m" },
  "aws-node": { cpu: "50m" },
  "ebs-csi-node": { cpu: "30m", memory: "120Mi" },
  "log-shipper": { cpu: "50m", memory: "128Mi" },
};

export const companyDaemons: readonly DaemonSet[] = Object.entries(requested).map(([name, requests]) => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name, namespace: "kube-system", uid: `uid-of-${name}` },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", resources: { requests } }], tolerations: [{ operator: "Exists" }] },
    },
  },
}));
