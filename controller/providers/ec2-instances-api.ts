import {
  CreateTagsCommand,
  EC2Client,
  paginateDescribeInstances,
  TerminateInstancesCommand,
  type Instance as SdkInstance,
} from "@aws-sdk/client-ec2";
import type { Labels } from "../api/kube-object";
import type { Machine } from "../ports/cloud";
import { clientConfig, type AwsConnection } from "./aws-connection";
import { labelsOf, sdkFilters, type Filter } from "./ec2-discovery-api";
import type { ReservationTarget } from "./reservation-target";

/** A running machine as EC2 describes it. */
export interface Instance {
  readonly id: string;
  readonly type: string;
  readonly zone: string;
  readonly imageId: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly capacityType: "spot" | "on-demand" | "reserved";
  /** For `reserved`: where it runs. */
  readonly reservation?: ReservationTarget;
  readonly state: Machine["state"];
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly tags: Labels;
  readonly efaInterfaces: number;
}

export interface Ec2InstancesApi {
  /** Every instance that matches; ids that do not exist are simply missing. */
  instances(filters: readonly Filter[]): Promise<readonly Instance[]>;
  /** Returns the state that each is now in. An id that EC2 does not know fails the whole call. */
  terminate(ids: readonly string[]): Promise<ReadonlyMap<string, Machine["state"]>>;
  tag(id: string, tags: Labels): Promise<void>;
}

export function ec2InstancesApi(connection: AwsConnection): Ec2InstancesApi {
  const client = new EC2Client(clientConfig(connection));
  return {
    instances: (filters) => instances(client, filters),
    terminate: (ids) => terminate(client, ids),
    tag: async (id, tags) => {
      await client.send(new CreateTagsCommand({ Resources: [id], Tags: sdkTags(tags) }));
    },
  };
}

export const sdkTags = (tags: Labels): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

async function instances(client: EC2Client, filters: readonly Filter[]): Promise<readonly Instance[]> {
  const found: Instance[] = [];
  const pages = paginateDescribeInstances({ client, pageSize: 1000 }, { Filters: sdkFilters(filters) });
  for await (const { Reservations = [] } of pages) {
    const described = Reservations.flatMap(({ Instances = [] }) => Instances);
    found.push(
      ...described.flatMap((each) => (each.InstanceId === undefined ? [] : instanceOf(each, each.InstanceId))),
    );
  }
  return found;
}

async function terminate(client: EC2Client, ids: readonly string[]): Promise<ReadonlyMap<string, Machine["state"]>> {
  const { TerminatingInstances = [] } = await client.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }));
  return new Map(
    TerminatingInstances.map(({ InstanceId = "", CurrentState }) => [
      InstanceId,
      CurrentState?.Name ?? "shutting-down",
    ]),
  );
}

const instanceOf = (described: SdkInstance, id: string): Instance => ({
  id,
  ...placeOf(described),
  ...networkOf(described),
  imageId: described.ImageId ?? "",
  ...purchaseOf(described),
  state: described.State?.Name ?? "pending",
  launchedAt: described.LaunchTime?.getTime() ?? 0,
  tags: labelsOf(described.Tags),
});

/**
 * What was bought on demand may run in an open reservation all the same, by chance: that makes it no reserved machine.
 */
function purchaseOf(described: SdkInstance): Pick<Instance, "capacityType" | "reservation"> {
  const {
    SpotInstanceRequestId,
    CapacityReservationId: id,
    CapacityReservationSpecification,
    InstanceLifecycle,
  } = described;
  if (SpotInstanceRequestId) return { capacityType: "spot" };
  const isPickedOut = CapacityReservationSpecification?.CapacityReservationPreference === "capacity-reservations-only";
  if (!id || !isPickedOut) return { capacityType: "on-demand" };
  const isOwnMarket =
    InstanceLifecycle === "capacity-block" || InstanceLifecycle === "interruptible-capacity-reservation";
  return { capacityType: "reserved", reservation: { id, market: isOwnMarket ? InstanceLifecycle : "on-demand" } };
}

const placeOf = ({ InstanceType, Placement }: SdkInstance) => ({
  type: InstanceType ?? "",
  zone: Placement?.AvailabilityZone ?? "",
});

const networkOf = ({ SubnetId, SecurityGroups, NetworkInterfaces }: SdkInstance) => ({
  subnetId: SubnetId ?? "",
  securityGroupIds: (SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
  efaInterfaces: (NetworkInterfaces ?? []).filter(({ InterfaceType = "" }) => InterfaceType.startsWith("efa")).length,
});
