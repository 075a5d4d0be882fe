import {
  EC2Client,
  paginateDescribeCapacityReservations,
  paginateDescribeImages,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  type CapacityReservation as SdkReservation,
  type Image as SdkImage,
  type Tag,
} from "@aws-sdk/client-ec2";
import type { CapacityReservation } from "../api/ec2-node-class";
import type { Labels } from "../api/kube-object";
import { clientConfig, type AwsConnection } from "./aws-connection";

/** An EC2 filter: any of the values. */
export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly freeIps: number;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly arch: "amd64" | "arm64";
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly deprecatedAt?: number;
}

export interface ImageQuery {
  readonly filters: readonly Filter[];
  /** Account ids or aliases such as `self` and `amazon`; empty for anyone. */
  readonly owners: readonly string[];
}

/** A capacity reservation, and how many instances are left in it, as far as EC2 knows. */
export interface CountedReservation {
  readonly id: string;
  readonly available: number;
  readonly described: Omit<CapacityReservation, "state">;
}

export interface ReservationQuery {
  readonly filters: readonly Filter[];
  /** Empty for any; EC2 has no filter for them. */
  readonly ids: readonly string[];
}

/** What an account has that machines can be made of. All filters of a call must match; pages are flattened. */
export interface Ec2DiscoveryApi {
  subnets(filters: readonly Filter[]): Promise<readonly Subnet[]>;
  securityGroups(filters: readonly Filter[]): Promise<readonly SecurityGroup[]>;
  /** Available images, deprecated ones too, for architectures that we know. */
  images(query: ImageQuery): Promise<readonly Image[]>;
  /** Active ones, own and shared by others. An id that EC2 does not know fails the whole call. */
  capacityReservations(query: ReservationQuery): Promise<readonly CountedReservation[]>;
}

export function ec2DiscoveryApi(connection: AwsConnection): Ec2DiscoveryApi {
  const client = new EC2Client(clientConfig(connection));
  return {
    subnets: (filters) => subnets(client, filters),
    securityGroups: (filters) => securityGroups(client, filters),
    images: (query) => images(client, query),
    capacityReservations: (query) => capacityReservations(client, query),
  };
}

/** In the SDK's words. */
export const sdkFilters = (filters: readonly Filter[]): { Name: string; Values: string[] }[] =>
  filters.map(({ name, values }) => ({ Name: name, Values: [...values] }));

export const labelsOf = (tags: readonly Tag[] = []): Labels =>
  Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));

async function subnets(client: EC2Client, filters: readonly Filter[]): Promise<readonly Subnet[]> {
  const found: Subnet[] = [];
  for await (const { Subnets = [] } of paginateDescribeSubnets({ client }, { Filters: sdkFilters(filters) })) {
    for (const subnet of Subnets) {
      const { SubnetId: id, AvailabilityZone: zone } = subnet;
      if (id === undefined || zone === undefined) continue;
      const { AvailabilityZoneId: zoneId = "", AvailableIpAddressCount: freeIps = 0 } = subnet;
      found.push({ id, zone, zoneId, freeIps });
    }
  }
  return found;
}

async function securityGroups(client: EC2Client, filters: readonly Filter[]): Promise<readonly SecurityGroup[]> {
  const found: SecurityGroup[] = [];
  const pages = paginateDescribeSecurityGroups({ client }, { Filters: sdkFilters(filters) });
  for await (const { SecurityGroups = [] } of pages) {
    for (const { GroupId: id, GroupName: name = "" } of SecurityGroups) if (id !== undefined) found.push({ id, name });
  }
  return found;
}

const architectures: Readonly<Record<string, Image["arch"]>> = { x86_64: "amd64", arm64: "arm64" };

async function images(client: EC2Client, { filters, owners }: ImageQuery): Promise<readonly Image[]> {
  const found: Image[] = [];
  const pages = paginateDescribeImages(
    { client },
    {
      Filters: [...sdkFilters(filters), { Name: "state", Values: ["available"] }],
      IncludeDeprecated: true,
      ...(owners.length > 0 && { Owners: [...owners] }),
    },
  );
  for await (const { Images = [] } of pages) found.push(...Images.flatMap((image) => imageOf(image) ?? []));
  return found;
}

function imageOf({ ImageId: id, Name: name = "", ...described }: SdkImage): Image | undefined {
  const arch = architectures[described.Architecture ?? ""];
  if (id === undefined || arch === undefined) return undefined;
  const { CreationDate: created = "1970-01-01", DeprecationTime: deprecated } = described;
  const createdAt = Date.parse(created);
  return { id, name, arch, createdAt, ...(deprecated !== undefined && { deprecatedAt: Date.parse(deprecated) }) };
}

/** The most that EC2 answers at once; it takes no number beside ids. */
const RESERVATIONS_PAGE = 1000;

async function capacityReservations(
  client: EC2Client,
  { filters, ids }: ReservationQuery,
): Promise<readonly CountedReservation[]> {
  const found: CountedReservation[] = [];
  const pages = paginateDescribeCapacityReservations(
    { client, ...(ids.length === 0 && { pageSize: RESERVATIONS_PAGE }) },
    {
      Filters: [...sdkFilters(filters), { Name: "state", Values: ["active"] }],
      ...(ids.length > 0 && { CapacityReservationIds: [...ids] }),
    },
  );
  for await (const { CapacityReservations = [] } of pages) {
    found.push(...CapacityReservations.flatMap((each) => reservationOf(each) ?? []));
  }
  return found;
}

function reservationOf(described: SdkReservation): CountedReservation | undefined {
  const { CapacityReservationId: id, InstanceType: instanceType, AvailabilityZone: availabilityZone } = described;
  if (id === undefined || instanceType === undefined || availabilityZone === undefined) return undefined;
  const { AvailableInstanceCount: available = 0 } = described;
  return { id, available, described: { ...{ id, instanceType, availabilityZone }, ...termsOf(described) } };
}

const termsOf = ({ OwnerId, InstanceMatchCriteria, ReservationType, Interruptible, EndDate }: SdkReservation) => ({
  ownerID: OwnerId ?? "",
  instanceMatchCriteria: InstanceMatchCriteria ?? "open",
  reservationType: ReservationType ?? "default",
  interruptible: Interruptible ?? false,
  // Status times have whole seconds.
  ...(EndDate && { endTime: EndDate.toISOString().replace(/\.\d+Z$/, "Z") }),
});
