import { keyOf } from "#controller/api/kube-object";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { violationsOf } from "#support/plan-checker";
import type { PeerPlan } from "../peer/peer";
import { planOf } from "./peer-plan";

/** Where our plan falls short of a rule or of the peer's plan. */
export type Difference =
  | { readonly kind: "invalid"; readonly text: string }
  | { readonly kind: "unplaced"; readonly pod: string; readonly text: string }
  | { readonly kind: "dearer"; readonly text: string };

/** One problem planned twice. */
export interface Comparison {
  readonly problem: Problem;
  readonly ours: Plan;
  readonly theirs: Plan;
  /** Rules that the peer's own plan breaks. */
  readonly peerViolations: readonly string[];
  /** Pods that only we place. */
  readonly onlyOurs: readonly string[];
  readonly differences: readonly Difference[];
}

/** What rounding makes of a sum of prices. */
const PRICE_NOISE = 1e-9;

/** Our plan beside one that the peer might make. */
export function compare(problem: Problem, answer: PeerPlan, ours = schedule(problem)): Comparison {
  const theirs = planOf(answer, problem);
  const refusedByUs = reasonsIn(ours);
  const refusedByThem = reasonsIn(theirs);
  const unplaced = [...refusedByUs].filter(([pod]) => !refusedByThem.has(pod));
  const onlyOurs = [...refusedByThem.keys()].filter((pod) => !refusedByUs.has(pod));
  const [price, peerPrice] = [priceOf(ours), priceOf(theirs)];
  const isComparable = unplaced.length === 0 && onlyOurs.length === 0;
  const isDearer = isComparable && price > peerPrice + PRICE_NOISE;
  return {
    ...{ problem, ours, theirs, onlyOurs },
    peerViolations: violationsOf(theirs, problem),
    differences: [
      ...violationsOf(ours, problem).map((text) => ({ kind: "invalid" as const, text })),
      ...unplaced.map(([pod, reason]) => ({
        ...{ kind: "unplaced" as const, pod },
        text: `the peer places ${pod}, and we do not: ${reason}`,
      })),
      ...(isDearer
        ? [{ kind: "dearer" as const, text: `ours costs ${price.toFixed(5)}, the peer's ${peerPrice.toFixed(5)}` }]
        : []),
    ],
  };
}

const reasonsIn = ({ unschedulable }: Plan): ReadonlyMap<string, string> =>
  new Map(unschedulable.map(({ pod, reason }) => [keyOf(pod), reason]));

export const priceOf = ({ newNodes }: Plan): number =>
  newNodes.reduce((total, { cheapest }) => total + cheapest.offering.price, 0);
