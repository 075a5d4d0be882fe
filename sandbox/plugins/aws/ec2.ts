/** What EC2's resources have in common: tags of one kind at creation, one call for all tags, errors by code. */
import type { ResourceType } from "@aws-sdk/client-ec2";
import { present } from "./aws";
import type { Aws } from "./aws";
import { retag, toTagList } from "./tags";
import type { Tags } from "./tags";

/** The one item that a `Describe…` by id answers with. */
export const only = <T>(items: readonly T[] | undefined): T | undefined => items?.[0];

/** `TagSpecifications` of a create call. EC2 refuses a specification without tags. */
export const tagged = (
  ResourceType: ResourceType,
  tags: Tags | undefined,
): { ResourceType: ResourceType; Tags: ReturnType<typeof toTagList> }[] | undefined =>
  tags && Object.keys(tags).length > 0 ? [{ ResourceType, Tags: toTagList(tags) }] : undefined;

/** Brings the tags of any EC2 resource from one set to the other. */
export async function retagResource(
  id: string,
  { olds, news }: { readonly olds: { readonly tags?: Tags }; readonly news: { readonly tags?: Tags } },
  aws: Aws,
): Promise<void> {
  const ec2 = await aws.ec2();
  await retag(
    { olds, news },
    {
      tag: (added) => ec2.createTags({ Resources: [id], Tags: toTagList(added) }),
      untag: (removed) => ec2.deleteTags({ Resources: [id], Tags: removed.map((Key) => ({ Key })) }),
    },
  );
}

/** The ARN that EC2 does not give: `arn:<partition>:ec2:<region>:<account>:<kind>/<id>`. */
export const arnOf = (
  aws: Aws,
  path: { readonly owner: string | undefined; readonly kind: string; readonly id: string },
): string =>
  `arn:${partitionOf(aws.region)}:ec2:${aws.region}:${present(path.owner, "an owner")}:${path.kind}/${path.id}`;

export function partitionOf(region: string): "aws" | "aws-cn" | "aws-us-gov" {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
