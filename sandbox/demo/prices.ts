import { DescribeSpotPriceHistoryCommand } from "@aws-sdk/client-ec2";
import onDemandPrices from "../../controller/providers/data/on-demand-prices.json";
import type { Aws } from "../aws/aws";

export interface Offering {
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
}

const onDemand: Readonly<Record<string, Readonly<Record<string, number>>>> = onDemandPrices;

/** What an hour costs: the on-demand list price, or the newest spot price of the zone. "?" when there is none. */
export function priceTags({
  clients,
  region,
}: Pick<Aws, "clients" | "region">): (offering: Offering) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (offering) => {
    const key = Object.values(offering).join("/");
    const price = known.get(key) ?? priceOf(offering);
    known.set(key, price);
    return price;
  };

  async function priceOf({ instanceType, zone, capacityType }: Offering): Promise<string> {
    if (capacityType !== "spot") return tag(onDemand[region]?.[instanceType]);
    const { SpotPriceHistory: history = [] } = await clients.ec2.send(
      new DescribeSpotPriceHistoryCommand({
        // The cast names the SDK's list of types, to which every type that EC2 reports belongs.
        InstanceTypes: [instanceType as "m5.large"],
        AvailabilityZone: zone,
        ProductDescriptions: ["Linux/UNIX"],
        StartTime: new Date(),
      }),
    );
    return tag(history[0]?.SpotPrice === undefined ? undefined : Number(history[0].SpotPrice));
  }
}

const tag = (dollars: number | undefined): string => (dollars === undefined ? "?" : `$${dollars.toFixed(4)}/h`);
