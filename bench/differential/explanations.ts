import { keyOf } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import { normalized } from "#controller/api/well-known";
import type { Plan } from "#controller/scheduling/plan";
import { schedule } from "#controller/scheduling/schedule";
import { witnessesOf } from "#support/plan-checker/expression";
import { specsOfPool } from "#support/plan-checker/machine";
import explained from "../../docs/peer-differences.json";
import { type Comparison, type Difference, priceOf } from "./compare";
import { kindnessOf } from "./kindness";
import { exceededSkews, unevenness, unsettled } from "./skews";
import { termsGivenUp } from "./terms";

/** Differences that are right as they are; the page on conformance says why. */
export const explanations: readonly { readonly id: string; readonly what: string }[] = explained;

type Applies = (difference: Difference, comparison: Comparison) => boolean;

/** The peer's own plan breaks a rule, so what it places so, and at which price, is no measure. */
const whenPeerBreaks =
  (rule: RegExp): Applies =>
  ({ kind }, { peerViolations }) =>
    kind !== "invalid" && peerViolations.some((text) => rule.test(text));

/** How each of them is recognized. */
const recognized: Readonly<Record<string, Applies>> = {
  contradiction: whenPeerBreaks(/ does not want /),
  "nodes-limit": whenPeerBreaks(/ may exceed its limit of nodes /),
  "spread-domains": whenPeerBreaks(/^spread of /),
  "affinity-terms": whenPeerBreaks(/ has no company of its choice /),
  "contradictory-pool": ({ kind }, { theirs }) =>
    kind !== "invalid" && theirs.newNodes.some(({ pool }) => contradictsItself(pool)),
  "undefined-label": ({ kind }, { theirs }) => kind !== "invalid" && theirs.newNodes.some(hasForeignLabel),
  "hostname-spread": ({ kind }, { ours, theirs, problem }) =>
    kind === "unplaced" && exceededSkews(theirs, problem, "hostnames") > exceededSkews(ours, problem, "hostnames"),
  contention: ({ kind }, comparison) => kind === "unplaced" && isContention(comparison),
  preferences: ({ kind }, { ours, theirs, problem }) =>
    kind === "dearer" && kindnessOf(ours, problem) > kindnessOf(theirs, problem),
  "any-order": ({ kind }, { ours, theirs, problem }) =>
    kind === "dearer" && exceededSkews(theirs, problem) > exceededSkews(ours, problem),
  evenness: ({ kind }, { ours, theirs, problem }) =>
    kind === "dearer" && unevenness(theirs, problem) > unevenness(ours, problem),
  "unsettled-domains": ({ kind }, { ours, theirs, problem }) =>
    kind === "dearer" && unsettled(theirs, problem) > unsettled(ours, problem),
  "terms-in-order": ({ kind }, { ours, theirs, problem }) =>
    kind === "dearer" && termsGivenUp(theirs, problem) > termsGivenUp(ours, problem),
  weights: ({ kind }, { ours, theirs }) => kind === "dearer" && weightOf(ours) > weightOf(theirs),
  "bin-packing": ({ kind }, { ours, theirs }) => kind === "dearer" && priceOf(ours) <= priceOf(theirs) * 1.02,
};

/** Whether no node could carry all that the pool asks of it and writes on it. */
const contradictsItself = (pool: NodePool): boolean =>
  [...specsOfPool(pool).values()].some((specs) => witnessesOf(specs).length === 0);

/** The weights of the pools of all pods on new nodes. */
const weightOf = ({ newNodes }: Plan): number =>
  newNodes.reduce((sum, { pool, pods }) => sum + (pool.spec.weight ?? 0) * pods.length, 0);

/** A label of one's own on a node of a pool that does not define it. */
function hasForeignLabel({ pool, requirements }: Plan["newNodes"][number]): boolean {
  const { metadata: { labels = {} } = {}, spec } = pool.spec.template;
  const defined = new Set([...Object.keys(labels), ...spec.requirements.map(({ key }) => normalized(key))]);
  return requirements.some(
    ({ key, operator }) => key.startsWith("example.com/") && operator === "In" && !defined.has(key),
  );
}

/**
 * Not all pods can have a place, we place as many as the peer, and those that the peer places we would place as well if
 * they were the only ones.
 */
function isContention({ problem, ours, theirs }: Comparison): boolean {
  if (ours.unschedulable.length > theirs.unschedulable.length) return false;
  const refused = new Set(theirs.unschedulable.map(({ pod }) => keyOf(pod)));
  const pods = problem.pods.filter((pod) => !refused.has(keyOf(pod)));
  return schedule({ ...problem, pods }).unschedulable.length === 0;
}

export const explanationOf = (difference: Difference, comparison: Comparison): string | undefined =>
  explanations.find(({ id }) => recognized[id]?.(difference, comparison) ?? false)?.id;

export const unexplainedIn = (comparison: Comparison): readonly Difference[] =>
  comparison.differences.filter((difference) => explanationOf(difference, comparison) === undefined);
