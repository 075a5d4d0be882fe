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
        for await (const product of products(client, { ...everywhere, ...shelf, regionCode: region })) {
          const price = priceOf(product);
          const name = product.product?.attributes?.instanceType;
          if (name !== undefined && price !== undefined) prices.set(name, price);
        }
      }
      return prices;
    },
  };
}

const everywhere = {
  serviceCode: "AmazonEC2",
  preInstalledSw: "NA",
  operatingSystem: "Linux",
  capacitystatus: "Used",
  marketoption: "OnDemand",
};

async function* products(client: PricingClient, wanted: Readonly<Record<string, string>>): AsyncIterable<Product> {
  const Filters = Object.entries(wanted).map(([Field, Value]) => ({ Type: "TERM_MATCH" as const, Field, Value }));
  const pages = paginateGetProducts({ client, pageSize: 100 }, { ServiceCode: "AmazonEC2", Filters });
  for await (const { PriceList = [] } of pages) {
    // The SDK hands out JSON text; its shape is the price list's own.
    for (const product of PriceList) yield JSON.parse(String(product)) as Product;
  }
}

/** https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html */
interface Product {
  readonly product?: { readonly attributes?: { readonly instanceType?: string } };
  readonly terms?: { readonly OnDemand?: Readonly<Record<string, Term>> };
}

interface Term {
  readonly priceDimensions?: Readonly<Record<string, { readonly pricePerUnit?: Readonly<Record<string, string>> }>>;
}

function priceOf({ terms }: Product): number | undefined {
  const dimensions = Object.values(terms?.OnDemand ?? {}).flatMap((term) => Object.values(term.priceDimensions ?? {}));
  return dimensions
    .flatMap(({ pricePerUnit = {} }) => Object.values(pricePerUnit).map(Number))
    .find((price) => price > 0);
}
