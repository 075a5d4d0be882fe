/** What EC2's catalog says against a pool, at preview. It says nothing of regions and zones that it does not know. */
import type { MachineSettings, PoolTypes, PricedType } from "../catalog/pool-types";
import { amountOf, isWithin } from "../catalog/pool-worth";
import { toNumber } from "../controller/api/quantity";
import type { RequirementSpec } from "../controller/api/requirement";
import type { CatalogArgs, KnownPool, Want } from "./pool-catalog";
import { defaultSpotTypes, knownPool, launchable } from "./pool-catalog";
import type { Problem } from "./problem";

/**
 * @param spec a NodePool's, which has passed its schema
 * @param machines undefined when the class is not known
 */
export function poolCatalogProblems(
  spec: object,
  machines: MachineSettings | undefined,
  catalog?: CatalogArgs,
): readonly Problem[] {
  const pool = knownPool(spec);
  const found = launchable(pool, machines, catalog);
  if (found === undefined) return [];
  if (found.types.length === 0) return [emptied(pool.wants, found)];
  return [...limitProblems(pool, found.types), ...pool.wants.flatMap((want) => minValuesProblems(want, found.types))];
}

/** Until EC2 sells what a requirement asks for, or the package knows of it. */
function emptied(wants: readonly Want[], { emptiedBy = 0, before = 0 }: PoolTypes): Problem {
  const { path, requirement } = wants[emptiedBy] ?? { path: "spec.template.spec.requirements" };
  const asked = requirement === undefined ? "" : `${written(requirement)} `;
  return {
    path,
    reason: `${asked}is met by none of the ${before} instance types that the class and what is asked before leave (where EC2 sells newer ones: catalog: { compare: false })`,
  };
}

const written = ({ key, operator, values = [] }: RequirementSpec): string =>
  [key, operator, values.join(", ")].filter((each) => each !== "").join(" ");

/** A limit of nothing closes a pool on purpose. */
function limitProblems({ limits }: KnownPool, types: readonly PricedType[]): readonly Problem[] {
  const isClosed = Object.values(limits).some((limit) => toNumber(limit) === 0);
  if (isClosed || types.some((type) => isWithin(limits, type))) return [];
  const tooLow = Object.entries(limits).filter(
    ([resource, limit]) => !types.some((type) => isWithin({ [resource]: limit }, type)),
  );
  if (tooLow.length === 0)
    return [{ path: "spec.limits", reason: "no instance type that the pool can launch is within all of them" }];
  return tooLow.map(([resource, limit]) => {
    const smallest = least(types, resource);
    const has = resource === "nodes" ? "1" : (smallest?.type.capacity[resource] ?? "0");
    return {
      path: `spec.limits.${resource}`,
      reason: `${limit} is less than the smallest node of the pool has: ${smallest?.type.name ?? ""} has ${has}`,
    };
  });
}

const least = (types: readonly PricedType[], resource: string): PricedType | undefined =>
  [...types].sort((a, b) => amountOf(a.type, resource) - amountOf(b.type, resource) || a.price - b.price)[0];

function minValuesProblems(
  { path, requirement: { key, minValues = 1 } }: Want,
  types: readonly PricedType[],
): readonly Problem[] {
  const values = types.flatMap(({ type }) => type.requirements.find((label) => label.key === key)?.values ?? []);
  const count = new Set(values).size;
  if (count === 0 || count >= minValues) return [];
  return [
    { path: `${path}.minValues`, reason: `the pool can launch only ${count} of the ${minValues} values of ${key}` },
  ];
}

/** What is no error, but will be regretted. */
export function poolCatalogRemarks(
  spec: object,
  machines: MachineSettings | undefined,
  catalog: CatalogArgs = {},
): readonly Problem[] {
  const pool = knownPool(spec);
  const asksForSpot = pool.wants.find(
    ({ requirement: { key, operator, values } }) =>
      key === "karpenter.sh/capacity-type" && operator === "In" && values?.includes("spot"),
  );
  const found = launchable(pool, machines, catalog);
  if (asksForSpot === undefined || found === undefined || !pool.isWhole) return [];
  const { spotTypes = defaultSpotTypes } = catalog;
  const count = found.types.filter((type) => type.spot && isWithin(pool.limits, type)).length;
  if (count === 0 || count >= spotTypes) return [];
  const few = count === 1 ? "1 instance type is" : `${count} instance types are`;
  return [
    {
      path: asksForSpot.path,
      reason: `${few} to be had as spot; fewer than ${spotTypes} are interrupted often and not replaced by cheaper ones`,
    },
  ];
}
