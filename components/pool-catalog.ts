/** What is known at preview of pools and classes, asked of EC2's catalog that the package ships. */
import * as aws from "@pulumi/aws";
import type { MachineSettings, PoolTypes } from "../catalog/pool-types";
import { shippedPoolCatalog } from "../catalog/pool-types";
import type { ResourceList } from "../controller/api/kube-object";
import { isQuantity } from "../controller/api/quantity";
import type { RequirementSpec } from "../controller/api/requirement";
import { type Schema, schemaProblems } from "../controller/api/schema-problems";
import type { ClusterFacts } from "./cluster";
import { isLater } from "./inputs";
import type { Problem } from "./problem";

/** How pools are compared with the instance types that EC2 sells, as far as the package knows them. */
export interface CatalogArgs {
  /** False leaves it out, as for types that are newer than this package. @default true */
  readonly compare?: boolean;
  /** Where the nodes are. @default the cluster's region as its OIDC issuer says it, else that of the AWS provider */
  readonly region?: string;
  /** Of the nodes' subnets. @default every zone of the region that the catalog knows */
  readonly zones?: readonly string[];
  /**
   * Of how many instance types a pool that buys spot should be able to choose; of fewer is warned.
   * @default 15, what replacing one spot node by a cheaper one takes
   * @see https://karpenter.sh/docs/concepts/disruption/#single-node-consolidation
   */
  readonly spotTypes?: number;
}

export const defaultSpotTypes = 15;

const argsSchema: Schema = {
  type: "object",
  properties: {
    compare: { type: "boolean" },
    region: { type: "string" },
    zones: { type: "array", items: { type: "string" } },
    spotTypes: { type: "integer", minimum: 1 },
  },
};

export const catalogArgsProblems = (catalog: CatalogArgs | undefined = {}): readonly Problem[] =>
  schemaProblems(catalog, argsSchema, { path: "catalog" });

/** A pool as far as it is known. */
export interface KnownPool {
  /** Labels of the template are requirements, too. */
  readonly wants: readonly Want[];
  readonly limits: ResourceList;
  /** Whether that is all that it asks for. */
  readonly isWhole: boolean;
}

/** A requirement, and the field that says it. */
export interface Want {
  readonly path: string;
  readonly requirement: RequirementSpec;
}

/** What of a catalog a pool can have; undefined where the catalog is not asked, or does not know. */
export function launchable(
  pool: KnownPool,
  machines: MachineSettings | undefined,
  { compare = true, region = ambientRegion(), zones }: CatalogArgs = {},
): PoolTypes | undefined {
  if (!compare || region === undefined) return undefined;
  const requirements = pool.wants.map(({ requirement }) => requirement);
  return shippedPoolCatalog().typesFor({ region, requirements, machines, ...(zones !== undefined && { zones }) });
}

export const ambientRegion = (): string | undefined => aws.config.region;

/** The region in the cluster's OIDC issuer, where that is known and of the form that EKS gives it. */
export function catalogOf(
  catalog: CatalogArgs | undefined,
  { oidcIssuer }: Partial<Pick<ClusterFacts, "oidcIssuer">>,
): CatalogArgs {
  const region = typeof oidcIssuer === "string" ? /\/\/oidc\.eks\.([a-z0-9-]+)\./.exec(oidcIssuer)?.[1] : undefined;
  return { ...(region !== undefined && { region }), ...catalog };
}

/** Whether nothing inside is known only later. */
const isKnown = (value: unknown): boolean =>
  !isLater(value) && (typeof value !== "object" || value === null || Object.values(value).every(isKnown));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !isLater(value);

/** A part of a spec, if it is an object that is there by now. */
const part = (of: unknown, field: string): Readonly<Record<string, unknown>> => {
  const value = isObject(of) ? of[field] : undefined;
  return isObject(value) ? value : {};
};

/** Reads a NodePool's spec that has passed its schema. */
export function knownPool(spec: object): KnownPool {
  const template = part(spec, "template");
  const [metadata, nodes] = [part(template, "metadata"), part(template, "spec")];
  const requirements = Object.entries(part(nodes, "requirements")).map(([index, requirement]) => ({
    path: `spec.template.spec.requirements[${index}]`,
    requirement: requirement as RequirementSpec, // as its schema says, where it is known
  }));
  const labels = Object.entries(part(metadata, "labels")).map(([key, value]) => ({
    path: `spec.template.metadata.labels["${key}"]`,
    requirement: { key, operator: "In", values: [value] } as RequirementSpec, // as above
  }));
  const limits = Object.entries(part(spec, "limits")).map(([resource, limit]) => [resource, String(limit)] as const);
  return {
    wants: [...requirements, ...labels].filter(({ requirement }) => isKnown(requirement)),
    limits: Object.fromEntries(limits.filter(([, limit]) => isQuantity(limit))),
    isWhole: isKnown(spec),
  };
}

const machineFields: readonly (keyof MachineSettings)[] = [
  ...(["amiFamily", "amiSelectorTerms", "blockDeviceMappings", "connectionTracking"] as const),
  ...(["cpuOptions", "instanceStorePolicy", "kubelet", "networkInterfaces"] as const),
];

/** Reads an EC2NodeClass' spec that has passed its schema; undefined when anything that matters is known only later. */
export function knownMachines(spec: object): MachineSettings | undefined {
  const matters = Object.entries(spec).filter(([field]) => machineFields.some((known) => known === field));
  return matters.every(([, value]) => isKnown(value)) ? Object.fromEntries(matters) : undefined;
}
