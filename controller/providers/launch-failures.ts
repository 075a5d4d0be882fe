import { CreateError, InsufficientCapacityError, NodeClassNotReadyError, TerminalError } from "../ports/errors";
import type { Log } from "../ports/log";
import type { Metrics } from "../ports/metrics";
import { codeOf, isShortage, launchFailureReason, SPOT_ROLE_MISSING } from "./aws-errors";
import type { CapacityReservations } from "./capacity-reservations";
import type { FleetFailure } from "./ec2-launch-api";
import type { Lot } from "./lots";
import type { Subnets } from "./subnets";
import type { UnavailableOfferings } from "./unavailable-offerings";

interface Learners {
  readonly subnets: Pick<Subnets, "exhausted">;
  readonly unavailable: UnavailableOfferings;
  readonly reservations?: Pick<CapacityReservations, "exhausted"> | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Remembers what EC2 did not have, so that the next launch asks for something else. */
export function learnFrom(failures: readonly FleetFailure[], lots: readonly Lot[], learners: Learners): void {
  const { unavailable, metrics, log } = learners;
  const capacityType = lots[0]?.offering.capacityType ?? "on-demand";
  for (const failure of failures) {
    const { code, message, instanceType = "", zone = "" } = failure;
    metrics.count("karpenter_cloudprovider_instance_launch_failures_total", {
      ...{ zone, zone_id: "", capacity_type: capacityType },
      reason: launchFailureReason(`${code}: ${message}`),
    });
    log.debug("offering could not be launched", { code, reason: message, instanceType, zone, capacityType });
    if (code === SPOT_ROLE_MISSING) unavailable.addCapacityType("spot");
    if (isShortage(code)) remember(failure, lots, learners);
  }
}

function remember({ code, subnetId, ...where }: FleetFailure, lots: readonly Lot[], learners: Learners): void {
  const { unavailable, reservations, subnets } = learners;
  for (const { type, offering } of lots.filter((lot) => isAbout(where, lot))) {
    const { zone, capacityType, reservation } = offering;
    if (reservation) reservations?.exhausted(reservation.id);
    else unavailable.add({ instanceType: type.name, zone, capacityType });
  }
  if (code === "InsufficientFreeAddressesInSubnet" && subnetId !== undefined) subnets.exhausted(subnetId);
}

/** A failure that names no type says nothing of any offering, but that a reservation could not be used. */
const isAbout = (
  { instanceType, zone }: Pick<FleetFailure, "instanceType" | "zone">,
  { type, offering }: Lot,
): boolean =>
  instanceType === undefined
    ? offering.reservation !== undefined
    : type.name === instanceType && offering.zone === zone;

/** A launch that failed, as the claim's reconciler wants to hear it. */
export function createError(error: unknown): Error {
  if (!(error instanceof Error)) return new CreateError("LaunchFailed", String(error));
  if (isOurs(error)) return error;
  if ("failures" in error) return fleetError(error, error.failures as readonly FleetFailure[]); // FleetFailed
  const said = `${codeOf(error)}: ${error.message}`;
  if (isShortage(codeOf(error))) return new InsufficientCapacityError(said, { cause: error });
  return new CreateError(launchFailureReason(said), said, { cause: error });
}

const isOurs = (error: Error): boolean =>
  [CreateError, InsufficientCapacityError, NodeClassNotReadyError, TerminalError].some((kind) => error instanceof kind);

function fleetError(error: Error, failures: readonly FleetFailure[]): Error {
  const other = failures.find(({ code }) => !isShortage(code) && code !== SPOT_ROLE_MISSING);
  if (other === undefined) {
    return new InsufficientCapacityError(error.message === "" ? "EC2 launched nothing" : error.message, {
      cause: error,
    });
  }
  return new CreateError(launchFailureReason(`${other.code}: ${other.message}`), error.message, { cause: error });
}
