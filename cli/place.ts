import { Option, InvalidArgumentError, type Command } from "commander";
import { defaultZones, type PricedPlace, pricedPlace, regionsOf, zonesOf } from "../catalog/place";
import { listedPrices } from "../controller/providers/prices";
import { BadInput } from "../catalog/bad-input";
import type { Ec2Catalog } from "../catalog/ec2-catalog";

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
  const regions = regionsOf(catalog);
  if (!regions.includes(region))
    throw new BadInput(`--region ${region}: the catalog does not know it; it knows ${regions.join(", ")}`);
  if (listedPrices(region, catalog.prices).size === 0)
    throw new BadInput(`--region ${region}: ${catalog.directory} has no on-demand prices for it`);
  for (const zone of zones ?? []) checkZone(zone, region, catalog);
  return pricedPlace({ region, zones: zones ?? defaultZones(region), ...(spot !== undefined && { spot }) }, catalog);
}

/** Where the catalog does not say which zones there are, the name has to be right. */
function checkZone(zone: string, region: string, catalog: Ec2Catalog): void {
  const known = zonesOf(region, catalog);
  if (known.length > 0 ? known.includes(zone) : isZoneName(zone, region)) return;
  const right = known.length > 0 ? known.join(", ") : `${defaultZones(region).join(", ")} and the like`;
  throw new BadInput(`--zones ${zone}: is no zone of ${region}; there are ${right}`);
}

const isZoneName = (zone: string, region: string): boolean =>
  zone.startsWith(region) && /^(-[a-z0-9]+)*-?[0-9]*[a-z]$/.test(zone.slice(region.length));
