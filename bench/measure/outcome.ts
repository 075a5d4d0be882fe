import type { Bound } from "../bound";

/** What a plan comes to. */
export interface Outcome {
  /** Each time, from the objects in memory to the plan; before ours, only a rehearsal came. */
  readonly seconds: readonly number[];
  /** Of new nodes, per hour. */
  readonly price: number;
  /** New ones. */
  readonly nodes: number;
  /** Pods without a place, as `namespace/name`. */
  readonly unscheduled: readonly string[];
  /**
   * The most memory that the process had which planned, the problem itself included; ours with the heap that its
   * planner has by default.
   */
  readonly peakRssBytes: number;
}

export interface OwnOutcome extends Outcome {
  /** Rules that the plan breaks, as an independent checker sees it. */
  readonly violations: readonly string[];
  /**
   * How long the event loop of a thread that has another one plan stood still at most, less what it waited for a
   * processor.
   */
  readonly heldMs: number;
  /** Whether equal problems had equal plans, in that thread as well. */
  readonly isStable: boolean;
}

/** All that is known of one case. */
export interface Row {
  readonly scenario: string;
  readonly pods: number;
  readonly ours: OwnOutcome;
  /** Undefined when the peer was not asked. */
  readonly peer: Outcome | PeerSilence | undefined;
  readonly bound: Pick<Bound, "price" | "nodes" | "unplaceable">;
}

/** The peer had no plan. */
export interface PeerSilence {
  readonly because: string;
  /** How long it had been waited for. */
  readonly waitedSeconds: number;
}

/** The peer's plan, if it has one. */
export const planOfPeer = ({ peer }: Pick<Row, "peer">): Outcome | undefined =>
  peer !== undefined && "price" in peer ? peer : undefined;

/** The middle one; of two middle ones, what lies between. NaN for none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [lower, upper] = sorted.length % 2 === 1 ? [middle, middle] : [middle - 1, middle];
  return ((sorted[lower] ?? NaN) + (sorted[upper] ?? NaN)) / 2;
}
