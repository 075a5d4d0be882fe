import {
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  PatchStrategy,
  setHeaderOptions,
  V1DeleteOptions,
} from "@kubernetes/client-node";
import type { KubeConfig, V1Pod } from "@kubernetes/client-node";
import type { WithConditions } from "../../controller/api/conditions";
import type { KubeObject } from "../../controller/api/kube-object";
import type { NodeClaim } from "../../controller/api/node-claim";
import { labels, taints } from "../../controller/api/labels";
import { names } from "../../controller/contract/names";
import { statusOf } from "../resources/kubernetes";
import type { ClaimView, ClusterView, NodeView, ObjectView, PodView, WaitingView } from "./view";

const kinds = {
  NodePool: { group: "karpenter.sh", version: "v1", plural: "nodepools" },
  NodeClaim: { group: "karpenter.sh", version: "v1", plural: "nodeclaims" },
  EC2NodeClass: { group: "karpenter.k8s.aws", version: "v1", plural: "ec2nodeclasses" },
} as const;
export type CustomKind = keyof typeof kinds;

/** The few calls that a teardown makes to a cluster. */
export interface ClusterApi {
  view(): Promise<ClusterView>;
  /** With everything that it owns first: the object stays until that is gone. */
  delete(kind: CustomKind, name: string): Promise<void>;
  deleteNode(name: string): Promise<void>;
  /** Takes one finalizer off; others stay. */
  release(kind: CustomKind | "Node", object: ObjectView, finalizer: string): Promise<void>;
  /** Pods that a drain has to move: not DaemonSets', not the node's own, not finished, not on their way already. */
  podsOn(nodeName: string): Promise<readonly PodView[]>;
  /** Past its disruption budget. */
  deletePod(pod: PodView): Promise<void>;
}

export function clusterApi(config: KubeConfig, namespace: string): ClusterApi {
  const custom = config.makeApiClient(CustomObjectsApi);
  const core = config.makeApiClient(CoreV1Api);
  const leases = config.makeApiClient(CoordinationV1Api);
  const body = Object.assign(new V1DeleteOptions(), { propagationPolicy: "Foreground" });
  const list = async <T extends KubeObject>(kind: CustomKind): Promise<readonly T[]> => {
    // The API server serves what our own definitions of these kinds let in.
    const answer = (await orMissing(custom.listClusterCustomObject(kinds[kind]))) as { items: T[] } | undefined;
    return answer?.items ?? [];
  };
  return {
    view: async () => {
      const [pools, claims, classes, nodes, lease] = await Promise.all([
        list("NodePool"),
        list<NodeClaim>("NodeClaim"),
        list("EC2NodeClass"),
        core.listNode({ labelSelector: labels.nodePool }),
        orMissing(leases.readNamespacedLease({ namespace, name: names.lease })),
      ]);
      const held = (lease?.spec?.holderIdentity ?? "") !== "";
      return {
        pools: pools.map(objectView),
        claims: claims.map(claimView),
        classes: classes.map(waitingView),
        nodes: nodes.items.map((node) => nodeView(node as KubeObject, node.spec?.providerID)),
        leaderRenewed: held ? String(lease?.spec?.renewTime) : undefined,
      };
    },
    delete: async (kind, name) => {
      await orMissing(custom.deleteClusterCustomObject({ ...kinds[kind], name, body }));
    },
    deleteNode: async (name) => {
      await orMissing(core.deleteNode({ name }));
    },
    release: async (kind, { name, finalizers }, finalizer) => {
      const patch = { metadata: { finalizers: finalizers.filter((held) => held !== finalizer) } };
      await orMissing(
        kind === "Node"
          ? core.patchNode({ name, body: patch }, asMergePatch)
          : custom.patchClusterCustomObject({ ...kinds[kind], name, body: patch }, asMergePatch),
      );
    },
    podsOn: async (nodeName) => {
      const { items } = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${nodeName}` });
      return items.filter(holdsNode).map(({ metadata }) => ({
        namespace: metadata?.namespace ?? "",
        name: metadata?.name ?? "",
        nodeName,
      }));
    },
    deletePod: async ({ namespace: of, name }) => {
      await orMissing(core.deleteNamespacedPod({ namespace: of, name }));
    },
  };
}

const asMergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** What is gone, and a kind that is not defined any more, is no error to us. */
async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

const objectView = ({ metadata }: KubeObject): ObjectView => ({
  name: metadata.name,
  deleting: metadata.deletionTimestamp !== undefined,
  finalizers: metadata.finalizers ?? [],
});

const waitingView = (object: WithConditions): WaitingView => ({ ...objectView(object), obstacle: obstacleOf(object) });

const claimView = (claim: NodeClaim): ClaimView => ({ ...waitingView(claim), nodeName: claim.status?.nodeName });

/** Conditions in which the controller says how far the end of an object has come. */
const ofTheEnd: readonly string[] = ["Drained", "VolumesDetached", "InstanceTerminating", "Released"];

const obstacleOf = ({ status }: WithConditions): string | undefined =>
  status?.conditions?.findLast(
    ({ type, status: state, message = "" }) => ofTheEnd.includes(type) && state !== "True" && message !== "",
  )?.message;

/** `aws:///us-east-1a/i-0123` ends in the machine. */
const nodeView = (node: KubeObject, providerId: string | undefined): NodeView => ({
  ...objectView(node),
  instanceId: providerId?.split("/").at(-1),
});

function holdsNode(pod: V1Pod): boolean {
  return ![isMirror, ofDaemonSet, isOver, tolerates].some((reason) => reason(pod));
}

const isMirror = ({ metadata }: V1Pod): boolean => metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;

const ofDaemonSet = ({ metadata }: V1Pod): boolean =>
  (metadata?.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet");

const isOver = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp !== undefined || status?.phase === "Succeeded" || status?.phase === "Failed";

/** Pods that tolerate the taint of a node that goes are not drained. */
const tolerates = ({ spec }: V1Pod): boolean =>
  (spec?.tolerations ?? []).some(
    ({ key, operator, effect }) =>
      (key === taints.disrupted.key || (key === undefined && operator === "Exists")) &&
      (effect === undefined || effect === taints.disrupted.effect),
  );
