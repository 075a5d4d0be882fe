import { paginateGetProducts, PricingClient } from "@aws-sdk/client-pricing";
import { clientConfig, type AwsConnection } from "./aws-connection";

export interface PricingApi {
  /** On-demand price per hour of every Linux instance type in the region, in the currency of its price list. */
  onDemand(region: string): Promise<ReadonlyMap<string, number>>;
}

/** The price list is served from a few regions only: https://docs.aws.amazon.com/general/latest/gr/billing.html */
const servedFrom: readonly (readonly [prefix: string, region: string])[] = [
  ["ap-", "ap-south-1"],
  ["cn-", "cn-northwest-1"],
  ["eu-", "eu-central-1"],
];

/** Shared types, and metal, which the price list sells as dedicated. */
const shelves = [
  { tenancy: "Shared", productFamily: "Compute Instance" },
  { tenancy: "Dedicated", productFamily: "Compute Instance (bare metal)" },
];

export function pricingApi(connection: AwsConnection): PricingApi {
  const home = servedFrom.find(([prefix]) => connection.region.startsWith(prefix))?.[1] ?? "us-east-1";
  const client = new PricingClient(clientConfig({ ...connection, region: home }));
  return {
    onDemand: async (region) => {
      const prices = new Map<string, number>();
      for (const shelf of shelves) {
        const wanted = {
          regionCode: region,
          serviceCode: "AmazonEC2",
          preInstalledSw: "NA",
          operatingSystem: "Linux",
          capacitystatus: "Used",
          marketoption: "OnDemand",
          ...shelf,
        };
        const Filters = Object.entries(wanted).map(([Field, Value]) => ({ Type: "TERM_MATCH" as const, Field, Value }));
        const pages = paginateGetProducts({ client, pageSize: 100 }, { ServiceCode: "AmazonEC2", Filters });
        for await (const { PriceList = [] } of pages) {
          for (const product of PriceList) {
            const sold = priceOf(JSON.parse(String(product)) as Product); // the shape is the price list's own
            if (sold) prices.set(sold.instanceType, sold.price);
          }
        }
      }
      return prices;
    },
  };
}

interface Product {
  readonly product?: { readonly attributes?: { readonly instanceType?: string } };
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<
        string,
        {
          readonly priceDimensions?: Readonly<
            Record<string, { readonly pricePerUnit?: Readonly<Record<string, string>> }>
          >;
        }
      >
    >;
  };
}

function priceOf({ product, terms }: Product): { readonly instanceType: string; readonly price: number } | undefined {
  const instanceType = product?.attributes?.instanceType;
  if (instanceType === undefined) return undefined;
  for (const { priceDimensions = {} } of Object.values(terms?.OnDemand ?? {})) {
    for (const { pricePerUnit = {} } of Object.values(priceDimensions)) {
      const price = Number(pricePerUnit["USD"] ?? pricePerUnit["CNY"]);
      if (price > 0) return { instanceType, price };
    }
  }
  return undefined;
}
