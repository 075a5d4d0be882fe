import { median, planOfPeer, type Row } from "../measure/outcome";
import type { PassOutcome } from "../measure/passes";
import { lostToPeer, ownRatio, speedup } from "./ratios";

/** All that was measured. */
export interface Measured {
  readonly rows: readonly Row[];
  /** None where only some scenarios were asked for. */
  readonly passes: readonly PassOutcome[];
}

/** What the project promises, as a question to each row that it is about. */
export interface Goal {
  readonly name: string;
  /** Whether the row keeps it; undefined when the row says nothing about it. */
  readonly holds: (row: Row) => boolean | undefined;
  /** The figure that the row has instead. */
  readonly figure: (row: Row) => string;
}

const MIB = 2 ** 20;
const CENT = 0.01;

export const goals: readonly Goal[] = [
  {
    name: "100 times the peer's speed from 5,000 diverse pods up",
    holds: (row) => (row.scenario === "diverse" && row.pods >= 5000 ? atLeast(speedup(row), 100) : undefined),
    figure: (row) => `${speedup(row)?.toFixed(0) ?? "?"}×`,
  },
  {
    name: "the GPU trace in 1.5 s",
    holds: (row) => (isTrace(row) ? median(row.ours.seconds) <= 1.5 : undefined),
    figure: ({ ours }) => `${median(ours.seconds).toFixed(2)} s`,
  },
  {
    name: "512 MiB of memory",
    holds: ({ ours }) => ours.peakRssBytes <= 512 * MIB,
    figure: ({ ours }) => `${Math.round(ours.peakRssBytes / MIB)} MiB`,
  },
  {
    name: "5% above the price bound from 1,000 pods up",
    holds: (row) => (row.pods >= 1000 ? atMost(ownRatio(row), 1.05) : undefined),
    figure: (row) => ownRatio(row)?.toFixed(3) ?? "?",
  },
  {
    name: "15% above the price bound at 300 pods",
    holds: (row) => (row.pods === 300 ? atMost(ownRatio(row), 1.15) : undefined),
    figure: (row) => ownRatio(row)?.toFixed(3) ?? "?",
  },
  {
    name: "no dearer than the peer",
    // Whoever leaves pods over pays less without being better.
    holds: (row) => (lostToPeer(row)?.length === 0 ? row.ours.price <= peerPrice(row) + CENT : undefined),
    figure: (row) => `$${row.ours.price.toFixed(2)} against $${peerPrice(row).toFixed(2)}`,
  },
  {
    name: "no pod left over that the peer places",
    holds: (row) => atMost(lostToPeer(row)?.length, 0),
    figure: (row) => `${lostToPeer(row)?.length ?? "?"} pods`,
  },
  {
    name: "every plan keeps Kubernetes' rules",
    holds: ({ ours }) => ours.violations.length === 0,
    figure: ({ ours }) => `${ours.violations.length} broken, such as: ${ours.violations[0] ?? ""}`,
  },
  {
    name: "equal problems have equal plans",
    holds: ({ ours }) => (ours.seconds.length > 1 ? ours.isStable : undefined),
    figure: () => "different plans",
  },
];

const peerPrice = (row: Row): number => planOfPeer(row)?.price ?? NaN;
const isTrace = ({ scenario, pods }: Row): boolean => scenario === "openb" && pods === 8152;

const atLeast = (value: number | undefined, least: number): boolean | undefined =>
  value === undefined ? undefined : value >= least;
const atMost = (value: number | undefined, most: number): boolean | undefined =>
  value === undefined ? undefined : value <= most;

export interface Verdict {
  readonly goal: string;
  readonly state: "met" | "missed" | "not measured";
  /** Where it was missed, and by how much. */
  readonly misses: readonly string[];
}

/** Which of the goals what was measured keeps. */
export const verdictsOn = ({ rows, passes }: Measured): readonly Verdict[] => [
  ...goals.map((goal) => verdictOn(goal, rows)),
  loopVerdict(rows, passes),
];

const MOST_HELD_MS = 50;

/**
 * Neither having a problem solved nor a whole pass of the provisioner keeps the main thread from everything else for
 * long.
 */
function loopVerdict(rows: readonly Row[], passes: readonly PassOutcome[]): Verdict {
  const held = [
    ...rows.map(({ scenario, pods, ours }) => ({ where: `${scenario} ${pods}`, ms: ours.heldMs })),
    ...passes.map(({ size, longestOwnMs }) => ({ where: `passes with ${size.pending} pending`, ms: longestOwnMs })),
  ];
  const misses = held.filter(({ ms }) => ms >= MOST_HELD_MS).map(({ where, ms }) => `${where}: ${Math.round(ms)} ms`);
  const state = misses.length > 0 ? "missed" : held.length > 0 ? "met" : "not measured";
  return { goal: `the event loop never held for ${MOST_HELD_MS} ms`, state, misses };
}

function verdictOn({ name, holds, figure }: Goal, rows: readonly Row[]): Verdict {
  const judged = rows.map((row) => ({ row, kept: holds(row) })).filter(({ kept }) => kept !== undefined);
  const misses = judged
    .filter(({ kept }) => kept === false)
    .map(({ row }) => `${row.scenario} ${row.pods}: ${figure(row)}`);
  if (judged.length === 0) return { goal: name, state: "not measured", misses };
  return { goal: name, state: misses.length === 0 ? "met" : "missed", misses };
}

/** All verdicts in one line. */
export function describeVerdicts(verdicts: readonly Verdict[]): string {
  const inState = (state: Verdict["state"]): readonly Verdict[] => verdicts.filter((each) => each.state === state);
  const missed = inState("missed").map(({ goal, misses }) => `${goal} (${misses.join("; ")})`);
  return [
    `Goals met: ${listed(inState("met").map(({ goal }) => goal))}`,
    `missed: ${listed(missed)}`,
    `not measured: ${listed(inState("not measured").map(({ goal }) => goal))}`,
  ].join(". ");
}

const listed = (items: readonly string[]): string => (items.length === 0 ? "none" : items.join(", "));
