import type { CapacityReservation, EC2NodeClass, ResolvedAmi } from "../api/ec2-node-class";
import type { Labels, ResourceList } from "../api/kube-object";
import type { NodeClaim } from "../api/node-claim";
import type { InstanceType } from "../scheduling/instance-type";

/** Karpenter's cloud provider, in our words: machines, what they may be, and what a node class resolves to. */
export interface Cloud {
  /**
   * Launches the machine of a claim. Idempotent: asked again for the same claim (same uid), it finds the instance that
   * it launched before instead of launching another.
   * @param types what the claim chooses from, priced and equipped as overlays have it; default: `instanceTypes`.
   * @throws InsufficientCapacityError, NodeClassNotReadyError, CreateError
   */
  create(claim: NodeClaim, nodeClass: EC2NodeClass, types?: readonly InstanceType[]): Promise<Machine>;
  /** Asks for termination. Resolves while the machine is still on its way; @throws NotFoundError once it is gone. */
  delete(providerId: string): Promise<void>;
  /** @throws NotFoundError */
  get(providerId: string): Promise<Machine>;
  /** Every machine of this cluster that is not terminated, whoever lost track of it. */
  list(): Promise<readonly Machine[]>;
  /**
   * What a class can launch, by type name; a type without any available offering is listed all the same. The list is
   * the same object until something changed.
   * @param open claims without a machine yet: what they are to have of capacity reservations is not offered again.
   */
  instanceTypes(nodeClass: EC2NodeClass, open?: readonly NodeClaim[]): Promise<readonly InstanceType[]>;
  /**
   * Why the machine no longer matches its class ("AMIDrift", "SubnetDrift", "SecurityGroupDrift", "NodeClassDrift",
   * "CapacityReservationDrift"), if it does not.
   */
  drift(claim: NodeClaim, nodeClass: EC2NodeClass): Promise<string | undefined>;
  /** Adds the tags that are known only after registration: `Name`, `karpenter.sh/nodeclaim`. */
  tag(providerId: string, tags: Labels): Promise<void>;
  /**
   * Remembers that an offering just ran out, so that it is not asked for during the next three minutes; one of a
   * reservation, until EC2 is heard of it again.
   */
  markUnavailable(offering: {
    readonly instanceType: string;
    readonly zone: string;
    readonly capacityType: string;
    readonly reservationId?: string;
  }): void;
}

export interface Machine {
  readonly providerId: string;
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly tags: Labels;
  /** Every label that the machine's type, zone, capacity type and reservation imply. */
  readonly labels: Labels;
  /** Set by `create`: what the claim should remember of the launch (class hash, profile name). */
  readonly annotations?: Labels;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
}

/** What the selectors of a node class resolve to right now. Each call asks AWS through a short cache. */
export interface NodeClassResolver {
  /** Ordered by free addresses, most first, then by id. */
  subnets(
    nodeClass: EC2NodeClass,
  ): Promise<readonly { readonly id: string; readonly zone: string; readonly zoneID: string }[]>;
  securityGroups(nodeClass: EC2NodeClass): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** Newest first. @throws TerminalError for an alias that the cluster's Kubernetes version does not have. */
  amis(nodeClass: EC2NodeClass): Promise<readonly ResolvedAmi[]>;
  /** Those that have not ended, by id; none while capacity reservations are not used. */
  capacityReservations(nodeClass: EC2NodeClass): Promise<readonly CapacityReservation[]>;
  /** The profile to launch with: the class's own, or one made and kept for its role. */
  instanceProfile(nodeClass: EC2NodeClass): Promise<string>;
  /** Dry-runs a launch with the resolved class; what is wrong with it, or undefined when it would work. */
  validate(nodeClass: EC2NodeClass): Promise<{ readonly reason: string; readonly message: string } | undefined>;
  /** Removes what was made for a class: its instance profiles and launch templates. Idempotent. */
  release(nodeClass: EC2NodeClass): Promise<void>;
}

/** Warnings that EC2 sends through EventBridge and SQS. */
export interface InterruptionQueue {
  /** Waits up to 20 s for messages; at most ten. */
  receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]>;
  /** Takes a handled message off the queue. */
  remove(message: InterruptionMessage): Promise<void>;
}

export interface InterruptionMessage {
  readonly kind: InterruptionKind;
  readonly instanceIds: readonly string[];
  /** Milliseconds since the epoch: when the message was sent. */
  readonly sentAt: number;
  /** What SQS wants back to delete the message. */
  readonly receipt: string;
}

export type InterruptionKind =
  | "spot_interrupted"
  | "rebalance_recommendation"
  | "instance_stopped"
  | "instance_terminated"
  | "scheduled_change"
  | "capacity_reservation_interrupted"
  | "no_op";
