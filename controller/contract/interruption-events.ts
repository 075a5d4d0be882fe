/** An event on the account's default bus that may mean the end of a machine. */
export interface InterruptionEvent {
  readonly source: string;
  readonly detailType: string;
}

/**
 * The EventBridge events that end a machine: the stack makes a rule of each, the controller reads what the rules let
 * through. Keys are the names of the rules in upstream's template.
 *
 * @see https://karpenter.sh/docs/reference/cloudformation/#interruption-handling
 */
export const interruptionEvents = {
  ScheduledChangeRule: { source: "aws.health", detailType: "AWS Health Event" },
  SpotInterruptionRule: { source: "aws.ec2", detailType: "EC2 Spot Instance Interruption Warning" },
  RebalanceRule: { source: "aws.ec2", detailType: "EC2 Instance Rebalance Recommendation" },
  InstanceStateChangeRule: { source: "aws.ec2", detailType: "EC2 Instance State-change Notification" },
  CapacityReservationInterruptionRule: {
    source: "aws.ec2",
    detailType: "EC2 Capacity Reservation Instance Interruption Warning",
  },
} as const satisfies Record<string, InterruptionEvent>;
