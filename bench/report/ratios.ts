import { median, type Outcome, planOfPeer, type Row } from "../measure/outcome";

/** How many times as long as ours the peer took; undefined without its plan. */
export const speedup = (row: Row): number | undefined =>
  withPeer(row, (peer) => median(peer.seconds) / median(row.ours.seconds));

/** What our nodes cost in units of the bound; undefined when pods are left over that the bound pays for. */
export const ownRatio = ({ ours, bound }: Row): number | undefined => ratio(ours, bound);

/** What the peer's cost. */
export const peerRatio = (row: Row): number | undefined => withPeer(row, (peer) => ratio(peer, row.bound));

/** Pods that the peer places and we do not. */
export function lostToPeer(row: Row): readonly string[] | undefined {
  return withPeer(row, (peer) => {
    const left = new Set(peer.unscheduled);
    return row.ours.unscheduled.filter((pod) => !left.has(pod));
  });
}

function withPeer<T>(row: Row, compute: (peer: Outcome) => T | undefined): T | undefined {
  const peer = planOfPeer(row);
  return peer === undefined ? undefined : compute(peer);
}

function ratio({ price, unscheduled }: Outcome, bound: Row["bound"]): number | undefined {
  if (unscheduled.length > bound.unplaceable) return undefined;
  // What is free of charge is as cheap as can be.
  return price < 1e-6 && bound.price < 1e-6 ? 1 : price / bound.price;
}
