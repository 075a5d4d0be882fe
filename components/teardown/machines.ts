import { DescribeInstancesCommand, paginateDescribeInstances, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { EC2Client, Filter } from "@aws-sdk/client-ec2";
import { clusterTag, owned, tags } from "../../controller/contract/tags";
import { say } from "../resources/say";
import { until } from "../resources/until";

/** What marks a thing in EC2 as made by this cluster's controller. Equal to the letter: no other cluster matches. */
export const ofCluster = (cluster: string): Filter[] => [
  { Name: `tag:${clusterTag(cluster)}`, Values: [owned] },
  { Name: "tag-key", Values: [tags.nodePool] },
];

/** Including those that ended a while ago. */
export interface Machine {
  readonly id: string;
  readonly state: string;
}

const ended = "terminated";
const atOnce = 500;
const terminateWithinMs = 5 * 60_000;

export async function machinesOf(ec2: EC2Client, cluster: string): Promise<readonly Machine[]> {
  const machines: Machine[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client: ec2 },
    { Filters: ofCluster(cluster) },
  )) {
    for (const { InstanceId, State } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
      if (InstanceId !== undefined) machines.push({ id: InstanceId, state: State?.Name ?? "unknown" });
    }
  }
  return machines;
}

/**
 * Ends every machine of the cluster and waits until each is gone. Answers with how many those were, and who is left.
 */
export async function terminateMachines(
  ec2: EC2Client,
  cluster: string,
): Promise<{ readonly terminated: number; readonly survivors: readonly Machine[] }> {
  const before = alive(await machinesOf(ec2, cluster));
  const running = before.filter(({ state }) => state !== "shutting-down").map(({ id }) => id);
  for (let start = 0; start < running.length; start += atOnce) {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: running.slice(start, start + atOnce) }));
  }
  if (before.length > 0) say(`terminating ${before.length} machines: ${before.map(({ id }) => id).join(", ")}`);
  const nobody = await until(async () => (alive(await machinesOf(ec2, cluster)).length === 0 ? true : undefined), {
    withinMs: terminateWithinMs,
  });
  const survivors = nobody === true ? [] : alive(await machinesOf(ec2, cluster));
  return { terminated: before.length - survivors.length, survivors };
}

const alive = (machines: readonly Machine[]): readonly Machine[] => machines.filter(({ state }) => state !== ended);

/** Whether a machine is certainly gone: EC2 does not know it, or says that it ended. */
export async function isGone(ec2: EC2Client, instanceId: string): Promise<boolean> {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: "instance-id", Values: [instanceId] }] }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances).every(({ State }) => State?.Name === ended);
}
