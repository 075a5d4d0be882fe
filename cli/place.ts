import { Option, InvalidArgumentError, type Command } from "commander";
import { listedPrices, pricedAs } from "../controller/providers/prices";
import { BadInput } from "./bad-input";
import type { Ec2Catalog } from "./ec2-catalog";

/** Where nodes may be, and how they are bought. */
export interface Place {
  readonly region: string;
  /** In the order in which they were asked for, which decides their spot prices. */
  readonly zones: readonly string[];
  /** Spot price as a share of the on-demand price, in the first zone; undefined for on-demand only. */
  readonly spot?: number;
}

export interface PricedPlace extends Place {
  /** The region whose prices count: the catalog may have none of the region itself. */
  readonly pricedAs: string;
}

export interface PlaceOptions {
  readonly catalog?: string;
  readonly region: string;
  readonly zones?: readonly string[];
  readonly spot?: number;
}

/** The options that both commands take. */
export const withPlace = (command: Command): Command =>
  command
    .option("--catalog <dir>", "directory of instance types and prices (default: what the package ships)")
    .option("--region <region>", "where nodes are", "us-east-1")
    .addOption(
      new Option("--zones <zone,…>", "zones of the subnets (default: a, b and c of the region)").argParser(names),
    )
    .addOption(
      new Option(
        "--spot <share>",
        "sell spot too, at this share of the on-demand price, and 1% more in each further zone",
      ).argParser(share),
    );

function names(text: string): readonly string[] {
  const given = text.split(",").map((name) => name.trim());
  if (given.includes("")) throw new InvalidArgumentError("It must be names with commas between them.");
  if (new Set(given).size < given.length) throw new InvalidArgumentError("A zone is there twice.");
  return given;
}

function share(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError("It must be a number above 0, such as 0.35.");
  return value;
}

/** @throws BadInput for a region or zone that the catalog does not know */
export function placeOf({ region, zones, spot }: PlaceOptions, catalog: Ec2Catalog): PricedPlace {
  const regions = [...new Set([...Object.keys(catalog.prices), ...Object.keys(catalog.zones)])].sort();
  if (!regions.includes(region))
    throw new BadInput(`--region ${region}: the catalog does not know it; it knows ${regions.join(", ")}`);
  if (listedPrices(region, catalog.prices).size === 0)
    throw new BadInput(`--region ${region}: ${catalog.directory} has no on-demand prices for it`);
  for (const zone of zones ?? []) checkZone(zone, region, catalog);
  return {
    ...{ region, pricedAs: pricedAs(region, catalog.prices) },
    zones: zones ?? defaultZones(region),
    ...(spot !== undefined && { spot }),
  };
}

/** Where the catalog does not say which zones there are, the name has to be right. */
function checkZone(zone: string, region: string, catalog: Ec2Catalog): void {
  const known = zonesOf(region, catalog);
  if (known.length > 0 ? known.includes(zone) : isZoneName(zone, region)) return;
  const right = known.length > 0 ? known.join(", ") : `${defaultZones(region).join(", ")} and the like`;
  throw new BadInput(`--zones ${zone}: is no zone of ${region}; there are ${right}`);
}

const defaultZones = (region: string): readonly string[] => ["a", "b", "c"].map((letter) => region + letter);

const isZoneName = (zone: string, region: string): boolean =>
  zone.startsWith(region) && /^(-[a-z0-9]+)*-?[0-9]*[a-z]$/.test(zone.slice(region.length));

/** Every zone that the catalog has offerings in. */
const zonesOf = (region: string, { zones }: Ec2Catalog): readonly string[] =>
  [...new Set(Object.values(zones[region] ?? {}).flat())].sort();
