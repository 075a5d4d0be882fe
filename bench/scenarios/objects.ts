import type { Labels } from "#controller/api/kube-object";
import type { NodePool, NodePoolSpec } from "#controller/api/node-pool";
import type { Pod, PodSpec } from "#controller/api/pod";

/** When all that a scenario is made of was created. */
const created = "2026-11-01T00:00:00Z";

interface PodParts {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  /** Of its only container; for pods with several, `spec` says it all. */
  readonly requests?: Readonly<Record<string, string>>;
  /** Whatever else the pod asks for. */
  readonly spec?: Partial<PodSpec>;
}

/** A pod that waits for a place. */
export const pendingPod = ({ name, namespace = "default", labels = {}, requests = {}, spec = {} }: PodParts): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, uid: `${namespace}-${name}`, creationTimestamp: created, labels },
  spec: { containers: [{ name: "main", resources: { requests } }], ...spec },
  status: {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
  },
});

type TemplateSpec = NodePoolSpec["template"]["spec"];

interface PoolParts {
  readonly name: string;
  readonly requirements?: TemplateSpec["requirements"];
  readonly taints?: TemplateSpec["taints"];
  readonly limits?: NodePoolSpec["limits"];
  readonly weight?: number;
}

export const nodePool = ({ name, requirements = [], taints = [], limits, weight }: PoolParts): NodePool => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name, uid: `uid-of-${name}`, generation: 1, creationTimestamp: created },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements,
        ...(taints.length > 0 && { taints }),
      },
    },
    ...(limits !== undefined && { limits }),
    ...(weight !== undefined && { weight }),
  },
});
