import {
  EC2Client,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
  paginateDescribeSpotPriceHistory,
  type SpotPrice,
} from "@aws-sdk/client-ec2";
import { clientConfig, type AwsConnection } from "./aws-connection";
import { machineTypeOf, type MachineType } from "./machine-type";

/** What EC2 has for sale. Pages are flattened. */
export interface Ec2CatalogApi {
  /** Every type that a node can run on. */
  machineTypes(): Promise<readonly MachineType[]>;
  /** Zones of the region that sell a type, by type. */
  offeredZones(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** The latest spot price of each type in each zone: type → zone → price per hour. */
  spotPrices(now: number): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>>;
}

export function ec2CatalogApi(connection: AwsConnection): Ec2CatalogApi {
  const client = new EC2Client(clientConfig(connection));
  return {
    machineTypes: () => machineTypes(client),
    offeredZones: () => offeredZones(client),
    spotPrices: (now) => spotPrices(client, now),
  };
}

async function machineTypes(client: EC2Client): Promise<readonly MachineType[]> {
  const found: MachineType[] = [];
  const filters = [
    { Name: "supported-virtualization-type", Values: ["hvm"] },
    { Name: "processor-info.supported-architecture", Values: ["x86_64", "arm64"] },
  ];
  const pages = paginateDescribeInstanceTypes({ client, pageSize: 100 }, { Filters: filters });
  for await (const { InstanceTypes = [] } of pages) {
    for (const described of InstanceTypes) {
      const type = machineTypeOf(described);
      if (type) found.push(type);
    }
  }
  return found;
}

async function offeredZones(client: EC2Client): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const zones = new Map<string, Set<string>>();
  const pages = paginateDescribeInstanceTypeOfferings(
    { client, pageSize: 1000 },
    { LocationType: "availability-zone" },
  );
  for await (const { InstanceTypeOfferings = [] } of pages) {
    for (const { InstanceType, Location } of InstanceTypeOfferings) {
      if (InstanceType === undefined || Location === undefined) continue;
      zones.set(InstanceType, (zones.get(InstanceType) ?? new Set()).add(Location));
    }
  }
  return zones;
}

async function spotPrices(client: EC2Client, now: number): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const latest = new Map<string, Map<string, SpotPriceAt>>();
  const pages = paginateDescribeSpotPriceHistory(
    { client, pageSize: 2000 },
    { ProductDescriptions: ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"], StartTime: new Date(now) },
  );
  for await (const { SpotPriceHistory = [] } of pages) {
    for (const { type, zone, ...entry } of SpotPriceHistory.flatMap(spotPriceOf)) {
      const zones = latest.get(type) ?? new Map<string, SpotPriceAt>();
      if (entry.at >= (zones.get(zone)?.at ?? 0)) zones.set(zone, entry);
      latest.set(type, zones);
    }
  }
  return new Map([...latest].map(([type, zones]) => [type, pricesIn(zones)]));
}

interface SpotPriceAt {
  readonly at: number;
  readonly price: number;
}

function spotPriceOf({ InstanceType: type, AvailabilityZone: zone, SpotPrice, Timestamp }: SpotPrice) {
  const price = Number(SpotPrice);
  return type && zone && price > 0 ? [{ type, zone, price, at: Timestamp?.getTime() ?? 0 }] : [];
}

const pricesIn = (zones: ReadonlyMap<string, SpotPriceAt>): ReadonlyMap<string, number> =>
  new Map([...zones].map(([zone, { price }]) => [zone, price]));
