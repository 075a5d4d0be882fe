import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { EC2NodeClass } from "#controller/api/ec2-node-class";
import onDemandPrices from "../../controller/providers/data/on-demand-prices.json";
import { bareType } from "#controller/providers/instance-types";
import { type DescribedType, machineTypeOf, type MachineType } from "#controller/providers/machine-type";
import { offeringsOf } from "#controller/providers/type-offerings";
import type { InstanceType } from "#controller/scheduling/instance-type";

const region = "us-east-1";
export const zones = ["us-east-1a", "us-east-1b", "us-east-1c"] as const;
const data = join(__dirname, "../../controller/providers/data");

interface Market {
  /** Spot price of a type by its on-demand price; none for on-demand only. */
  readonly spotShare?: number;
}

/** The catalog of us-east-1 as Amazon Linux 2023 nodes with the default volume. */
export function realTypes({ spotShare }: Market = {}): readonly InstanceType[] {
  const offered = offeredZones();
  const prices = new Map(Object.entries(onDemandPrices[region]));
  const settings = { vmMemoryOverheadPercent: 0.075, reservedEnis: 0 };
  return machines().map((machine) => {
    const { name, capacityTypes } = machine;
    const onSale = { ...machine, capacityTypes: capacityTypes.filter((kind) => kind === "on-demand" || spotShare) };
    return {
      ...bareType(onSale, nodeClass, { region, settings, zones: offered }),
      offerings: offeringsOf(onSale, nodeClass, {
        zonesOf: () => offered.get(name) ?? new Set(),
        price: (_, capacityType, zone) => {
          const price = prices.get(name);
          return price === undefined ? undefined : price * (capacityType === "spot" ? spotFactor(zone, spotShare) : 1);
        },
        isOut: () => false,
      }),
    };
  });
}

/** A little dearer from zone to zone, so that the zone matters. */
const spotFactor = (zone: string, share = 1): number => share * (1 + 0.01 * zones.findIndex((each) => each === zone));

const nodeClass: EC2NodeClass = {
  metadata: { name: "default" },
  spec: {
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "bench" } }],
    securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "bench" } }],
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    role: "bench",
  },
  status: { subnets: zones.map((zone) => ({ id: `subnet-${zone}`, zone })) },
};

function machines(): readonly MachineType[] {
  const described = read("instance-types.json.gz") as readonly DescribedType[];
  return described
    .map(machineTypeOf)
    .filter((machine) => machine !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function offeredZones(): ReadonlyMap<string, ReadonlySet<string>> {
  const byRegion = read("zone-offerings.json.gz") as ZonesByRegion;
  return new Map(Object.entries(byRegion[region] ?? {}).map(([type, names]) => [type, new Set(names)]));
}

/** Region → type → zones. */
type ZonesByRegion = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The package's own files, whose shapes the tests of the catalog hold. */
const read = (file: string): unknown => JSON.parse(gunzipSync(readFileSync(join(data, file))).toString());
