/** What EKS's resources have in common. */
import type { EKS } from "@aws-sdk/client-eks";
import { retag, type TagChange } from "./tags";

export const gone = ["ResourceNotFoundException"];

/** How EKS is waited for, in seconds: a cluster takes ten minutes on AWS, and no time in the sandbox. */
export const timing = { maxWaitTime: 1_800, minDelay: 1, maxDelay: 15 };

/** An id made of parts. The last part may hold the separator; of a part that is missing AWS will say so. */
export function split(id: string, separator: string, count = 2): string[] {
  const parts = id.split(separator);
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

/** Comes from one set of tags of a resource to the other. */
export const retagEks = (eks: EKS, resourceArn: string | undefined, change: TagChange): Promise<void> =>
  retag(change, {
    tag: (tags) => eks.tagResource({ resourceArn, tags }),
    untag: (tagKeys) => eks.untagResource({ resourceArn, tagKeys }),
  });
