import { median, planOfPeer, type Row } from "../measure/outcome";
import { ownRatio, peerRatio, speedup } from "./ratios";

/** One column of the table. */
export interface Column {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

const MIB = 2 ** 20;
const none = "–";

/** Three digits that matter. */
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const maybe = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined || !Number.isFinite(value) ? none : show(value);

const seconds = (value: number): string => `${digits(value)} s`;
const dollars = (value: number): string => `$${value.toFixed(2)}`;
const times = (value: number): string => `${digits(value)}×`;
const share = (value: number): string => value.toFixed(3);

/** Ours, and the peer's where there is one. */
const both = (ours: number, peer: number | undefined): string => `${ours} / ${peer ?? none}`;

export const columns: readonly Column[] = [
  { title: "scenario", cell: ({ scenario }) => scenario },
  { title: "pods", cell: ({ pods }) => String(pods) },
  { title: "ours, first", cell: ({ ours }) => maybe(ours.seconds[0], seconds) },
  { title: "ours", cell: ({ ours }) => seconds(median(ours.seconds)) },
  { title: "peer", cell: peerSeconds },
  { title: "faster", cell: (row) => maybe(speedup(row), times) },
  { title: "ours $/h", cell: ({ ours }) => dollars(ours.price) },
  { title: "peer $/h", cell: (row) => maybe(planOfPeer(row)?.price, dollars) },
  { title: "bound $/h", cell: ({ bound }) => dollars(bound.price) },
  { title: "ours ÷ bound", cell: (row) => maybe(ownRatio(row), share) },
  { title: "peer ÷ bound", cell: (row) => maybe(peerRatio(row), share) },
  { title: "nodes", cell: (row) => both(row.ours.nodes, planOfPeer(row)?.nodes) },
  { title: "left over", cell: (row) => both(row.ours.unscheduled.length, planOfPeer(row)?.unscheduled.length) },
  { title: "loop held", cell: ({ ours }) => `${Math.round(ours.heldMs)} ms` },
  { title: "memory", cell: ({ ours }) => `${Math.round(ours.peakRssBytes / MIB)} MiB` },
];

/** A peer that was not waited for took longer than that. */
function peerSeconds({ peer }: Row): string {
  if (peer === undefined) return none;
  if ("price" in peer) return seconds(median(peer.seconds));
  return peer.waitedSeconds > 0 ? `> ${seconds(peer.waitedSeconds)}` : "failed";
}
