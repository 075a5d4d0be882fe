import type { PassOutcome } from "../../../bench/measure/passes";
import type { OwnOutcome, Outcome, Row } from "../../../bench/measure/outcome";

const outcome: Outcome = { seconds: [1], price: 100, nodes: 10, unscheduled: [], peakRssBytes: 2 ** 28 };

interface Parts extends Partial<Omit<Row, "ours" | "peer">> {
  readonly ours?: Partial<OwnOutcome>;
  /** Undefined for a peer like ours. */
  readonly peer?: Partial<Outcome> | Row["peer"] | "not asked";
}

/** A row of a good plan, ten times as fast as the peer's, which is the same. */
export function row({ ours = {}, peer = {}, ...rest }: Parts = {}): Row {
  return {
    ...{ scenario: "diverse", pods: 5000, bound: { price: 100, nodes: 10, unplaceable: 0 } },
    ...rest,
    ours: { ...outcome, seconds: [0.1, 0.1], heldMs: 12, violations: [], isStable: true, ...ours },
    peer: peerOf(peer),
  };
}

function peerOf(peer: NonNullable<Parts["peer"]>): Row["peer"] {
  if (peer === "not asked") return undefined;
  return "because" in peer ? peer : { ...outcome, ...peer };
}

/** Passes that held the event loop for so long, and for some time more while others had the processor. */
export const passes = (longestOwnMs: number): PassOutcome => ({
  size: { nodes: 2_000, running: 20_000, pending: 5_000, types: 600 },
  ...{ longestOwnMs, longestMs: 90, p99Ms: 9, firstPassMs: 1_200, laterPassMs: 400, claims: 13 },
});
