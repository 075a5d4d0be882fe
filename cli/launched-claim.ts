import type { Labels } from "../controller/api/kube-object";
import { conditionOf } from "../controller/api/conditions";
import { labels } from "../controller/api/labels";
import type { Node } from "../controller/api/node";
import type { NodeClaim } from "../controller/api/node-claim";
import type { RequirementSpec } from "../controller/api/requirement";
import { offeringsFor, typeMeets, wishesOf } from "../controller/providers/compatibility";
import type { InstanceType, Offering } from "../controller/scheduling/instance-type";
import type { Catalog } from "../controller/simulation/pool-types";
import type { ObjectProblem } from "./scenario-objects";

/** A claim that can be planned with, or why there is none. */
export type LaunchedClaim =
  | { readonly claim: NodeClaim; readonly problem?: undefined }
  | { readonly claim?: undefined; readonly problem: ObjectProblem };

/**
 * The controller plans once every claim is launched, so a claim of the scenario counts as launched: with what its
 * status says, or else as the cheapest machine that it allows. It finds its node by name where it has no provider id.
 */
export function asLaunched(claim: NodeClaim, catalog: Catalog, nodes: readonly Node[]): LaunchedClaim {
  const { status = {} } = claim;
  const node = nodes.find(({ metadata }) => metadata.name === status.nodeName);
  const providerID = node?.spec.providerID ?? status.providerID;
  const known = { ...status, ...(providerID !== undefined && { providerID }) };
  if (known.allocatable !== undefined || node !== undefined) return { claim: launched({ ...claim, status: known }) };
  const choice = cheapestFor(claim, catalog);
  if (choice === undefined) return { problem: nothingFor(claim) };
  const { type, offering } = choice;
  return {
    claim: launched({
      ...claim,
      metadata: { ...claim.metadata, labels: { ...labelsOf(type, offering), ...claim.metadata.labels } },
      status: { ...known, capacity: type.capacity, allocatable: type.allocatable },
    }),
  };
}

const nothingFor = ({ metadata }: NodeClaim): ObjectProblem => ({
  subject: `NodeClaim ${metadata.name}`,
  path: "spec.requirements",
  reason: "no instance type of the catalog meets them, and status.allocatable does not say what the machine has",
});

function launched(claim: NodeClaim): NodeClaim {
  if (conditionOf(claim, "Launched")?.status === "True") return claim;
  const others = claim.status?.conditions?.filter(({ type }) => type !== "Launched") ?? [];
  return { ...claim, status: { ...claim.status, conditions: [...others, { type: "Launched", status: "True" }] } };
}

interface Choice {
  readonly type: InstanceType;
  readonly offering: Offering;
}

function cheapestFor({ spec }: NodeClaim, catalog: Catalog): Choice | undefined {
  const wishes = wishesOf(spec.requirements);
  const choices = (catalog.get(spec.nodeClassRef.name) ?? [])
    .filter((type) => typeMeets(wishes, type))
    .flatMap((type) => offeringsFor(wishes, type).map((offering) => ({ type, offering })));
  return choices.sort((a, b) => a.offering.price - b.offering.price).at(0);
}

/** What a node of the type will be labelled with. */
export function labelsOf(type: InstanceType, { zone, capacityType }: Offering): Labels {
  return { ...settledLabels(type.requirements), [labels.zone]: zone, [labels.capacityType]: capacityType };
}

/** Labels that can have one value only. */
export const settledLabels = (requirements: readonly RequirementSpec[]): Labels =>
  Object.fromEntries(
    requirements.flatMap(({ key, operator, values = [] }) => {
      const [value, another] = values;
      return operator === "In" && value !== undefined && another === undefined ? [[key, value]] : [];
    }),
  );
