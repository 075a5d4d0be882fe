import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Instance,
  type InstanceTypeInfo,
  type _InstanceType,
  paginateDescribeInstances,
} from "@aws-sdk/client-ec2";
import { required } from "../aws/required";

const GI = 1024 ** 3;

/** Every instance of the account, whatever its state. */
export async function listInstances(client: EC2Client): Promise<Instance[]> {
  const found: Instance[] = [];
  for await (const { Reservations } of paginateDescribeInstances({ client }, {})) {
    found.push(...(Reservations ?? []).flatMap(({ Instances }) => Instances ?? []));
  }
  return found;
}

/** The user data of an instance as text; empty when it has none. */
export async function userDataOf(ec2: EC2Client, instanceId: string): Promise<string> {
  const { UserData } = await ec2.send(
    new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: "userData" }),
  );
  return Buffer.from(UserData?.Value ?? "", "base64").toString("utf8");
}

/** The largest disk that was mapped: pods write there (Bottlerocket's second disk, the root disk elsewhere). */
export async function diskBytesOf(ec2: EC2Client, { BlockDeviceMappings = [] }: Instance): Promise<number> {
  const VolumeIds = BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.VolumeId === undefined ? [] : [Ebs.VolumeId]));
  if (VolumeIds.length === 0) return 0;
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds }));
  return Math.max(0, ...Volumes.map(({ Size = 0 }) => Size)) * GI;
}

/** What does not change while an account is served, asked once. */
export class Facts {
  readonly #ec2: EC2Client;
  readonly #types = new Map<string, Promise<InstanceTypeInfo>>();
  #zoneIds: Promise<Map<string, string>> | undefined;

  constructor(ec2: EC2Client) {
    this.#ec2 = ec2;
  }

  type(name: _InstanceType): Promise<InstanceTypeInfo> {
    const known = this.#types.get(name) ?? this.#describeType(name);
    this.#types.set(name, known);
    return known;
  }

  async zoneId(zone: string): Promise<string> {
    this.#zoneIds ??= this.#describeZones();
    return required((await this.#zoneIds).get(zone), `DescribeAvailabilityZones: ${zone}`);
  }

  async #describeType(name: _InstanceType): Promise<InstanceTypeInfo> {
    const { InstanceTypes } = await this.#ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [name] }));
    return required(InstanceTypes?.[0], `DescribeInstanceTypes: ${name}`);
  }

  async #describeZones(): Promise<Map<string, string>> {
    const { AvailabilityZones = [] } = await this.#ec2.send(new DescribeAvailabilityZonesCommand({}));
    return new Map(AvailabilityZones.map(({ ZoneName = "", ZoneId = "" }) => [ZoneName, ZoneId]));
  }
}
