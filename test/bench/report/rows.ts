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
