import { KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import type { Node } from "../../controller/api/node";
import type { NodeClaim } from "../../controller/api/node-claim";
import type { NodePool } from "../../controller/api/node-pool";
import type { Pod } from "../../controller/api/pod";

/** An object as it is applied. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** The cluster as the demo's viewer reads and changes it, with the operator's kubeconfig. */
export interface DemoCluster {
  pods(): Promise<readonly Pod[]>;
  nodes(): Promise<readonly Node[]>;
  claims(): Promise<readonly NodeClaim[]>;
  pools(): Promise<readonly NodePool[]>;
  create(object: Manifest): Promise<void>;
  scale(deployment: string, replicas: number): Promise<void>;
  /** Waits until the object is gone. */
  delete(object: Manifest): Promise<void>;
}

export const NAMESPACE = "default";

export function demoCluster(kubeconfig: string): DemoCluster {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);

  // The API server answers with objects of the kind that was asked for.
  const list = async <T>(apiVersion: string, kind: string, namespace?: string): Promise<readonly T[]> =>
    (await api.list(apiVersion, kind, namespace)).items as unknown as readonly T[];

  return {
    pods: () => list<Pod>("v1", "Pod", NAMESPACE),
    nodes: () => list<Node>("v1", "Node"),
    claims: () => list<NodeClaim>("karpenter.sh/v1", "NodeClaim"),
    pools: () => list<NodePool>("karpenter.sh/v1", "NodePool"),
    create: async (object) => {
      await api.create(object);
    },
    scale: async (name, replicas) => {
      const patch = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: NAMESPACE },
        spec: { replicas },
      };
      await api.patch(patch);
    },
    delete: async (object) => {
      await api.delete(object);
    },
  };
}
