import type { Finding } from "../api/conditions";
import { fails, holds, unknown } from "../api/conditions";
import type { EC2NodeClass, EC2NodeClassStatus } from "../api/ec2-node-class";
import type { NodeClassResolver } from "../ports/cloud";
import type { Context } from "./context";
import { TerminalError } from "../ports/errors";
import { steadied, wordsOf } from "./failure-words";

const MINUTE_MS = 60_000;

/** One part of a class: what it resolves to, what to say of it, and when to look again. */
export interface Part {
  readonly status: EC2NodeClassStatus;
  readonly finding: Finding;
  readonly againMs: number;
}

interface PartSpec {
  readonly condition: string;
  /** Reason when nothing is found, or AWS does not answer. */
  readonly reason: string;
  readonly missing: string;
  readonly againMs: number;
  readonly resolve: (nodeClass: EC2NodeClass) => Promise<Resolved>;
}

interface Resolved {
  readonly status: EC2NodeClassStatus;
  readonly found: boolean;
  /** Where it will change before it is looked up anew anyway. */
  readonly changesInMs?: number;
}

type Needs = Pick<Context, "nodeClasses" | "clock" | "settings">;

/** What a class resolves to, part by part, and how often each is looked up anew. */
const partsOf = ({ nodeClasses, clock, settings }: Needs): readonly PartSpec[] => [
  {
    condition: "AMIsReady",
    reason: "AMINotFound",
    missing: "spec.amiSelectorTerms match no image",
    againMs: 5 * MINUTE_MS,
    resolve: async (nodeClass) => {
      const amis = await nodeClasses.amis(nodeClass);
      return { status: { amis }, found: amis.length > 0 };
    },
  },
  {
    condition: "SubnetsReady",
    reason: "SubnetsNotFound",
    missing: "spec.subnetSelectorTerms match no subnet",
    againMs: MINUTE_MS,
    resolve: async (nodeClass) => {
      const subnets = await nodeClasses.subnets(nodeClass);
      return { status: { subnets }, found: subnets.length > 0 };
    },
  },
  {
    condition: "SecurityGroupsReady",
    reason: "SecurityGroupsNotFound",
    missing: "spec.securityGroupSelectorTerms match no security group",
    againMs: 5 * MINUTE_MS,
    resolve: async (nodeClass) => {
      const securityGroups = await nodeClasses.securityGroups(nodeClass);
      return { status: { securityGroups }, found: securityGroups.length > 0 };
    },
  },
  {
    condition: "InstanceProfileReady",
    reason: "InstanceProfileNotReady",
    missing: "spec.role has no instance profile",
    againMs: 10 * MINUTE_MS,
    resolve: async (nodeClass) => {
      const instanceProfile = await nodeClasses.instanceProfile(nodeClass);
      return { status: { instanceProfile }, found: instanceProfile !== "" };
    },
  },
  ...(settings.featureGates.ReservedCapacity ? [reservationsPart({ nodeClasses, clock })] : []),
];

/** A class may do without any. */
const reservationsPart = ({ nodeClasses, clock }: Pick<Needs, "nodeClasses" | "clock">): PartSpec => ({
  condition: "CapacityReservationsReady",
  reason: "CapacityReservationResolutionFailed",
  missing: "",
  againMs: MINUTE_MS,
  resolve: async (nodeClass) => {
    const capacityReservations = await nodeClasses.capacityReservations(nodeClass);
    const ends = capacityReservations.map(({ endTime }) => (endTime === undefined ? Infinity : Date.parse(endTime)));
    return { status: { capacityReservations }, found: true, changesInMs: Math.max(0, Math.min(...ends) - clock.now()) };
  },
});

export const resolveParts = (context: Needs, nodeClass: EC2NodeClass): Promise<readonly Part[]> =>
  Promise.all(partsOf(context).map((part) => resolvePart(part, nodeClass)));

/** A part that AWS would not answer for stays Unknown, with AWS's words; one that can never work is False. */
async function resolvePart(
  { condition, reason, missing, againMs, resolve }: PartSpec,
  nodeClass: EC2NodeClass,
): Promise<Part> {
  try {
    const { status, found, changesInMs = Infinity } = await resolve(nodeClass);
    if (found) return { status, finding: holds(condition), againMs: Math.min(againMs, changesInMs) };
    return { status, finding: fails(condition, reason, missing), againMs: MINUTE_MS };
  } catch (error) {
    const message = wordsOf(error);
    if (!(error instanceof TerminalError))
      return { status: {}, finding: unknown(condition, reason, message), againMs: MINUTE_MS };
    const why = condition === "AMIsReady" ? "UnsupportedAlias" : reason;
    return { status: {}, finding: fails(condition, why, message), againMs };
  }
}

/** Whether a launch with the resolved class would work; not asked before every part is there. */
export async function validationOf(
  nodeClasses: NodeClassResolver,
  resolved: EC2NodeClass,
  parts: readonly Part[],
): Promise<Finding> {
  const missing = parts.map(({ finding }) => finding).filter(({ status }) => status !== "True");
  if (missing.length > 0) {
    const message = `waiting for ${missing.map(({ type }) => type).join(", ")}`;
    const say = missing.some(({ status }) => status === "False") ? fails : unknown;
    return say("ValidationSucceeded", "DependenciesNotReady", message);
  }
  const problem = await nodeClasses.validate(resolved);
  return problem === undefined
    ? holds("ValidationSucceeded")
    : fails("ValidationSucceeded", problem.reason, steadied(problem.message));
}
