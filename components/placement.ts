/** Where the controller runs: never on a node that it made itself, for who would make the next one? */
import type { Labels } from "../controller/api/kube-object";
import type { Affinity, Toleration } from "../controller/api/pod";
import type { ClusterFacts } from "./cluster";
import type { Problem } from "./problem";
import { problem } from "./problem";

/** On Fargate: each pod on a machine of its own that AWS sees to. */
export interface FargatePlacement {
  readonly on: "fargate";
  /** Fargate takes private ones only. @default the cluster's private subnets */
  readonly subnetIds?: readonly string[];
}

/** On a small managed node group, which is made for the controller and for what else tolerates its taint. */
export interface GroupPlacement {
  readonly on: "group";
  /** How many nodes. @default 2 */
  readonly size?: number;
  /** All of one architecture; EKS takes the first that is to be had. @default m5.large */
  readonly instanceTypes?: readonly string[];
  /** @default the cluster's private subnets, else its public ones */
  readonly subnetIds?: readonly string[];
}

/** On nodes that are there, and that are not Karpenter's. */
export interface ExistingPlacement {
  readonly on: "existing";
  /** Labels of the nodes. @default any Linux node */
  readonly nodeSelector?: Labels;
  /** Beside `CriticalAddonsOnly`, which is always tolerated. */
  readonly tolerations?: readonly Toleration[];
  /**
   * Takes the place of the rule that keeps replicas on nodes of their own. That pods keep away from Karpenter's nodes
   * stays part of it.
   */
  readonly affinity?: Affinity;
}

export type Placement = FargatePlacement | GroupPlacement | ExistingPlacement;

/** A placement, or its short form; the placement wins. */
export interface PlacementArgs {
  /** Where the controller runs. @default on Fargate */
  readonly placement?: Placement;
  /** Short for a placement: true is on Fargate, false on existing nodes. Not heeded beside it. @default true */
  readonly fargate?: boolean;
}

export const placementOf = ({ placement, fargate = true }: PlacementArgs): Placement =>
  placement ?? { on: fargate ? "fargate" : "existing" };

export const defaultGroupSize = 2;

type Subnets = Pick<ClusterFacts, "privateSubnetIds" | "publicSubnetIds">;

/** @see https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html */
export const fargateSubnets = ({ subnetIds }: FargatePlacement, cluster: Subnets): readonly string[] =>
  subnetIds ?? cluster.privateSubnetIds;

export function groupSubnets({ subnetIds }: GroupPlacement, cluster: Subnets): readonly string[] {
  const { privateSubnetIds, publicSubnetIds } = cluster;
  return subnetIds ?? (privateSubnetIds.length > 0 ? privateSubnetIds : publicSubnetIds);
}

/** Every field, so that a misspelt one is refused rather than passed over. */
const fields: { readonly [On in Placement["on"]]: readonly (keyof Extract<Placement, { on: On }>)[] } = {
  fargate: ["on", "subnetIds"],
  group: ["on", "size", "instanceTypes", "subnetIds"],
  existing: ["on", "nodeSelector", "tolerations", "affinity"],
};

export interface PlacedController extends PlacementArgs {
  readonly cluster: Subnets;
  readonly replicas?: number;
}

/** What is wrong with a placement, by the field of the stack's arguments. */
export function placementProblems(args: PlacedController): readonly Problem[] {
  const placement = placementOf(args);
  const known: readonly string[] | undefined = Object.entries(fields).find(([on]) => on === placement.on)?.[1];
  if (known === undefined)
    return [{ path: "placement.on", reason: `must be one of ${Object.keys(fields).join(", ")}` }];
  const unknown = Object.keys(placement).filter((field) => !known.includes(field));
  return [
    ...unknown.map((field) => ({
      path: `placement.${field}`,
      reason: `is unknown for ${placement.on}; known are ${known.join(", ")}`,
    })),
    ...(placement.on === "fargate" ? fargateProblems(placement, args) : []),
    ...(placement.on === "group" ? groupProblems(placement, args) : []),
  ];
}

function fargateProblems(placement: FargatePlacement, args: PlacedController): readonly Problem[] {
  if (fargateSubnets(placement, args.cluster).length > 0) return [];
  if (placement.subnetIds !== undefined) return [{ path: "placement.subnetIds", reason: "must not be empty" }];
  return [
    {
      path: args.placement === undefined ? "fargate" : "placement",
      reason:
        "needs private subnets, of which the cluster has none; placement on a group or on existing nodes does not",
    },
  ];
}

function groupProblems(placement: GroupPlacement, { cluster, replicas = 2 }: PlacedController): readonly Problem[] {
  const { size = defaultGroupSize, instanceTypes } = placement;
  const whole = Number.isInteger(size) && size > 0;
  const architectures = new Set(instanceTypes?.map(isArm));
  return [
    ...problem("placement.size", "must be a whole number of at least 1", !whole),
    ...problem(
      "replicas",
      `${replicas} do not fit on a group of ${size}: each has a node to itself`,
      whole && replicas > size,
    ),
    ...problem("placement.instanceTypes", "must not be empty", instanceTypes?.length === 0),
    ...problem("placement.instanceTypes", "must be of one architecture", architectures.size > 1),
    ...problem("placement.subnetIds", "must not be empty", groupSubnets(placement, cluster).length === 0),
  ];
}

/**
 * Whether machines of a type have an ARM processor: a `g` follows the generation, as in c7gd.large.
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export const isArm = (instanceType: string): boolean => /^(a1\.|[a-z]+(-[a-z]+)?\d+g)/.test(instanceType);
