import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { schemaProblems, type Schema } from "../controller/api/schema-problems";
import { machineTypeOf, type DescribedType, type MachineType } from "../controller/providers/machine-type";
import type { PriceLists } from "../controller/providers/prices";
import type { Bandwidths } from "../controller/providers/type-labels";
import type { NodeSettings } from "../controller/providers/type-resources";
import { BadInput } from "./bad-input";

/** What EC2 has, as files say it. */
export interface Ec2Catalog {
  readonly directory: string;
  /** By name. */
  readonly machines: readonly MachineType[];
  readonly prices: PriceLists;
  /** Region → type → zones that sell it; a region without an entry sells every type in every zone. */
  readonly zones: Readonly<Partial<Record<string, Readonly<Record<string, readonly string[]>>>>>;
  readonly bandwidths?: Bandwidths;
  readonly vpcLimits?: NonNullable<NodeSettings["vpcLimits"]>;
}

/**
 * The catalog that the package ships. It stands in the package's `controller/providers/data` and nowhere else, as many
 * levels up as the program that is built of this was put below the package.
 */
const shipped =
  [1, 2, 3]
    .map((levels) => join(__dirname, ...Array.from({ length: levels }, () => ".."), "controller", "providers", "data"))
    .find((directory) => existsSync(join(directory, "instance-types.json.gz"))) ?? __dirname;

const count: Schema = { type: "integer", minimum: 1 };
const tableOf = (additionalProperties: Schema): Schema => ({ type: "object", additionalProperties });

const typesSchema: Schema = {
  type: "array",
  items: {
    type: "object",
    required: ["InstanceType", "VCpuInfo", "MemoryInfo"],
    properties: {
      InstanceType: { type: "string" },
      VCpuInfo: open({ DefaultVCpus: count }),
      MemoryInfo: open({ SizeInMiB: count }),
    },
    additionalProperties: true,
  },
};
const pricesSchema = tableOf(tableOf({ type: "number", minimum: 0 }));
const zonesSchema = tableOf(tableOf({ type: "array", items: { type: "string" } }));
const bandwidthsSchema = tableOf({ type: "number", minimum: 0 });
const vpcLimitsSchema = tableOf(
  open({ ipv4PerEni: { type: "integer" }, branchEni: { type: "integer" }, trunking: { type: "boolean" } }),
);

function open(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: true };
}

/**
 * Reads a directory in the format of `controller/providers/data`: each table is `<name>.json` or
 * `<name>.json.gz`. Types and prices have to be there; without the others, every zone sells every type, and the
 * package's own limits count.
 * @throws BadInput naming the file
 */
export function readCatalog(directory: string = shipped): Ec2Catalog {
  // Each is what its schema says, in so far as anything here depends on it.
  const described = required(directory, "instance-types", typesSchema) as readonly DescribedType[];
  const prices = required(directory, "on-demand-prices", pricesSchema) as PriceLists;
  const zones = table(directory, "zone-offerings", zonesSchema) as Ec2Catalog["zones"] | undefined;
  const bandwidths = table(directory, "network-bandwidth-mbps", bandwidthsSchema) as Bandwidths | undefined;
  const vpcLimits = table(directory, "vpc-limits", vpcLimitsSchema) as Ec2Catalog["vpcLimits"];
  return {
    ...{ directory, prices, zones: zones ?? {} },
    machines: described.flatMap((each) => machineTypeOf(each) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(bandwidths !== undefined && { bandwidths }),
    ...(vpcLimits !== undefined && { vpcLimits }),
  };
}

function required(directory: string, name: string, schema: Schema): unknown {
  const found = table(directory, name, schema);
  if (found === undefined)
    throw new BadInput(`--catalog ${directory}: there is no ${name}.json and no ${name}.json.gz in it`);
  return found;
}

/** The content of a table; undefined where there is no such file. */
function table(directory: string, name: string, schema: Schema): unknown {
  const path = [`${name}.json`, `${name}.json.gz`]
    .map((file) => join(directory, file))
    .find((file) => existsSync(file));
  if (path === undefined) return undefined;
  const content = jsonOf(path);
  const [problem] = schemaProblems(content, schema, { path: "" });
  if (problem !== undefined)
    throw new BadInput([path, problem.path, problem.reason].filter((part) => part !== "").join(": "));
  return content;
}

function jsonOf(path: string): unknown {
  try {
    const bytes = readFileSync(path);
    return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
  } catch (error) {
    throw new BadInput(`${path}: cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
