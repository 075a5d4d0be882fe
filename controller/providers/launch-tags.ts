import type { EC2NodeClass } from "../api/ec2-node-class";
import type { Labels } from "../api/kube-object";
import { clusterTag, owned, tags } from "../contract/tags";

export interface TagScope {
  readonly clusterName: string;
  readonly nodeClass: Pick<EC2NodeClass, "spec" | "metadata">;
  /** Empty where a rehearsal has no pool. */
  readonly nodePool: string;
}

/** On everything that a launch makes: the class' own tags, and those by which policies and Teardown know ours. */
export const launchTags = ({ clusterName, nodeClass, nodePool }: TagScope): Labels => ({
  ...nodeClass.spec.tags,
  [clusterTag(clusterName)]: owned,
  [tags.nodePool]: nodePool,
  [tags.clusterName]: clusterName,
  [tags.nodeClass]: nodeClass.metadata.name,
});

/**
 * The claim's uid, on the machine from its first moment: a launch that was interrupted between EC2's answer and our
 * writing it down finds its machine again, and a later claim of the same name does not.
 */
export const CLAIM_UID_TAG = "karpenter.sh/nodeclaim-uid";
