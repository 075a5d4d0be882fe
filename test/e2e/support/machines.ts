import { DescribeInstancesCommand, type Instance } from "@aws-sdk/client-ec2";
import type { Aws } from "#sandbox/aws/aws";

/** Machines that somebody pays for, of the cluster's claims. */
export async function machines({ clients }: Aws): Promise<readonly Instance[]> {
  const { Reservations = [] } = await clients.ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: "instance-state-name", Values: ["pending", "running"] },
        { Name: "tag-key", Values: ["karpenter.sh/nodeclaim"] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

export const tagsOf = ({ Tags = [] }: Instance): Readonly<Record<string, string>> =>
  Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
