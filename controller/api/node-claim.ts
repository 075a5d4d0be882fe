import type { Condition, KubeObject, ResourceList } from "./kube-object";
import type { NodeClaimTemplateSpec } from "./node-pool";

/** `karpenter.sh/v1` NodeClaim: one machine, asked for or running. Its spec is immutable. */
export interface NodeClaim extends KubeObject {
  readonly spec: NodeClaimSpec;
  readonly status?: NodeClaimStatus;
}

export interface NodeClaimSpec extends NodeClaimTemplateSpec {
  readonly resources?: { readonly requests?: ResourceList };
}

export interface NodeClaimStatus {
  readonly nodeName?: string;
  /** `aws:///<zone>/<instance id>`. */
  readonly providerID?: string;
  readonly imageID?: string;
  readonly capacity?: ResourceList;
  readonly allocatable?: ResourceList;
  /** RFC 3339: when a pod last came to or left the node. */
  readonly lastPodEventTime?: string;
  readonly conditions?: readonly Condition[];
}
