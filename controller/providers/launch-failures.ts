import { CreateError, InsufficientCapacityError, NodeClassNotReadyError, TerminalError } from "../ports/errors";
import type { Log } from "../ports/log";
import type { Metrics } from "../ports/metrics";
import { codeOf, launchFailureReason, meaningOfCode, SPOT_ROLE_MISSING } from "./aws-errors";
import type { FleetFailure } from "./ec2-launch-api";
import type { Subnets } from "./subnets";
import type { UnavailableOfferings } from "./unavailable-offerings";

interface Learners {
  readonly subnets: Pick<Subnets, "exhausted">;
  readonly unavailable: UnavailableOfferings;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Remembers what EC2 did not have, so that the next launch asks for something else. */
export function learnFrom(failures: readonly FleetFailure[], capacityType: string, learners: Learners): void {
  const { unavailable, subnets, metrics, log } = learners;
  for (const { code, message, instanceType = "", zone = "", subnetId } of failures) {
    metrics.count("karpenter_cloudprovider_instance_launch_failures_total", {
      ...{ zone, zone_id: "", capacity_type: capacityType },
      reason: launchFailureReason(`${code}: ${message}`),
    });
    log.debug("offering could not be launched", { code, reason: message, instanceType, zone, capacityType });
    if (code === SPOT_ROLE_MISSING) unavailable.addCapacityType("spot");
    if (meaningOfCode(code) !== "no capacity") continue;
    unavailable.add({ instanceType, zone, capacityType });
    if (code === "InsufficientFreeAddressesInSubnet" && subnetId !== undefined) subnets.exhausted(subnetId);
  }
}

/** A launch that failed, as the claim's reconciler wants to hear it. */
export function createError(error: unknown): Error {
  if (!(error instanceof Error)) return new CreateError("LaunchFailed", String(error));
  if (isOurs(error)) return error;
  if ("failures" in error) return fleetError(error, error.failures as readonly FleetFailure[]); // FleetFailed
  const said = `${codeOf(error)}: ${error.message}`;
  if (meaningOfCode(codeOf(error)) === "no capacity") return new InsufficientCapacityError(said, { cause: error });
  return new CreateError(launchFailureReason(said), said, { cause: error });
}

const isOurs = (error: Error): boolean =>
  [CreateError, InsufficientCapacityError, NodeClassNotReadyError, TerminalError].some((kind) => error instanceof kind);

function fleetError(error: Error, failures: readonly FleetFailure[]): Error {
  const other = failures.find(({ code }) => meaningOfCode(code) !== "no capacity" && code !== SPOT_ROLE_MISSING);
  if (other === undefined) {
    return new InsufficientCapacityError(error.message === "" ? "EC2 launched nothing" : error.message, {
      cause: error,
    });
  }
  return new CreateError(launchFailureReason(`${other.code}: ${other.message}`), error.message, { cause: error });
}
