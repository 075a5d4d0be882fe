import type { EC2NodeClass } from "../api/ec2-node-class";
import { annotations, labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { InstanceType } from "../scheduling/instance-type";
import type { Instance } from "./ec2-instances-api";
import { imageFor } from "./instance-types";

export type DriftReason =
  "NodeClassDrift" | "AMIDrift" | "SecurityGroupDrift" | "SubnetDrift" | "CapacityReservationDrift";

/** What drift is judged by. */
export interface DriftEvidence {
  readonly claim: NodeClaim;
  readonly nodeClass: EC2NodeClass;
  readonly instance: Instance;
  readonly types: readonly InstanceType[];
}

/** Why a machine no longer is what its class would launch today: the first reason that holds. */
export function driftReason(evidence: DriftEvidence): DriftReason | undefined {
  return checks.find(([, holds]) => holds(evidence))?.[0];
}

/** Whether the class was rewritten since, which needs no look at the machine. */
export function isStaticallyDrifted({ claim, nodeClass }: Pick<DriftEvidence, "claim" | "nodeClass">): boolean {
  const then = claim.metadata.annotations ?? {};
  const now = nodeClass.metadata.annotations ?? {};
  const versions = [then, now].map((each) => each[annotations.nodeClassHashVersion]);
  const hashes = [then, now].map((each) => each[annotations.nodeClassHash]);
  // Hashes of different versions say nothing about each other; they are written anew instead.
  if ([...versions, ...hashes].includes(undefined) || versions[0] !== versions[1]) return false;
  return hashes[0] !== hashes[1];
}

const checks: readonly (readonly [DriftReason, (evidence: DriftEvidence) => boolean])[] = [
  ["NodeClassDrift", isStaticallyDrifted],
  ["AMIDrift", imageDrifted],
  ["SecurityGroupDrift", groupsDrifted],
  ["SubnetDrift", subnetDrifted],
  ["CapacityReservationDrift", reservationDrifted],
];

function imageDrifted({ claim, nodeClass, instance, types }: DriftEvidence): boolean {
  const name = claim.metadata.labels?.[labels.instanceType] ?? instance.type;
  const type = types.find((each) => each.name === name);
  const image = type && imageFor(type, nodeClass.status?.amis ?? []);
  // A type that EC2 no longer describes cannot be judged.
  return type !== undefined && image?.id !== (claim.status?.imageID ?? instance.imageId);
}

function groupsDrifted({ nodeClass, instance }: DriftEvidence): boolean {
  const wanted = new Set((nodeClass.status?.securityGroups ?? []).map(({ id }) => id));
  const has = new Set(instance.securityGroupIds);
  return wanted.size > 0 && (wanted.size !== has.size || [...wanted].some((id) => !has.has(id)));
}

function subnetDrifted({ nodeClass, instance }: DriftEvidence): boolean {
  const wanted = nodeClass.status?.subnets ?? [];
  return wanted.length > 0 && !wanted.some(({ id }) => id === instance.subnetId);
}

/** One that ended is no drift: EC2 says then that the machine runs on demand. */
function reservationDrifted({ nodeClass, instance: { reservation } }: DriftEvidence): boolean {
  const { capacityReservations = [] } = nodeClass.status ?? {};
  return reservation !== undefined && !capacityReservations.some(({ id }) => id === reservation.id);
}
