/** What the controller may do in the cluster, as tables. @see https://karpenter.sh/docs/reference/threat-model/ */
import { kinds } from "../controller/api/kinds";
import { names } from "../controller/contract/names";

export interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
  readonly resourceNames?: string[];
}

const rule = (apiGroup: string, resources: string[], verbs: string[]): Rule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

/** `apps/v1` → `apps`; the core group has no name. */
const groupOf = (apiVersion: string): string => (apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "");

/** Everything that is watched: the kinds of `controller/api/kinds.ts`, and nothing else. */
export function readRules(): readonly Rule[] {
  const groups = new Set(Object.values(kinds).map(({ apiVersion }) => groupOf(apiVersion)));
  return [...groups].map((group) => rule(group, pluralsIn(group), ["get", "list", "watch"]));
}

const pluralsIn = (group: string): string[] =>
  Object.values(kinds)
    .filter(({ apiVersion }) => groupOf(apiVersion) === group)
    .map(({ plural }) => plural);

export const writeRules: readonly Rule[] = [
  rule("karpenter.sh", ["nodeclaims", "nodeclaims/status"], ["create", "delete", "update", "patch"]),
  rule("karpenter.sh", ["nodepools", "nodepools/status"], ["update", "patch"]),
  rule("karpenter.sh", ["nodeoverlays/status"], ["update", "patch"]),
  rule("autoscaling.x-k8s.io", ["capacitybuffers/status"], ["update", "patch"]),
  rule("karpenter.k8s.aws", ["ec2nodeclasses", "ec2nodeclasses/status"], ["update", "patch"]),
  rule("", ["nodes"], ["patch", "delete", "update"]),
  rule("", ["pods/eviction"], ["create"]),
  rule("", ["pods"], ["delete"]),
  rule("", ["events"], ["create", "patch"]),
];

/** In the controller's own namespace: the lease by which one of the replicas leads. */
export const leaseRules: readonly Rule[] = [
  rule("coordination.k8s.io", ["leases"], ["get", "watch", "create"]),
  { ...rule("coordination.k8s.io", ["leases"], ["patch", "update"]), resourceNames: [names.lease] },
];

/** In kube-system: the address that nodes are to ask for names. */
export const dnsRules: readonly Rule[] = [{ ...rule("", ["services"], ["get"]), resourceNames: ["kube-dns"] }];

/** Added to the cluster's `admin` role, which otherwise knows nothing of these kinds. */
export const adminRules: readonly Rule[] = [
  rule(
    "karpenter.sh",
    ["nodepools", "nodepools/status", "nodeclaims", "nodeclaims/status", "nodeoverlays", "nodeoverlays/status"],
    ["get", "list", "watch", "create", "delete", "patch"],
  ),
  rule("karpenter.k8s.aws", ["ec2nodeclasses"], ["get", "list", "watch", "create", "delete", "patch"]),
  rule("autoscaling.x-k8s.io", ["capacitybuffers"], ["get", "list", "watch", "create", "delete", "patch"]),
];
