import { describe, only } from "./requirement";
import { both, disagreement, type Requirements } from "./requirements";

/** What meets one of these and one of those: every pair that can be met together, none when they exclude each other. */
export const inBoth = (these: readonly Requirements[], those: readonly Requirements[]): readonly Requirements[] =>
  merged(these.flatMap((a) => those.filter((b) => disagreement(a, b) === undefined).map((b) => both(a, b))));

/**
 * The same alternatives, as few as can be: "zone In [a]" or "zone In [b]" is "zone In [a, b]", within which the
 * cheapest may be looked for at once.
 */
export function merged(alternatives: readonly Requirements[]): readonly Requirements[] {
  const kept: Requirements[] = [];
  for (const each of alternatives) {
    const at = kept.findIndex((other) => united(other, each) !== undefined);
    const union = united(kept[at] ?? each, each);
    if (at >= 0 && union !== undefined) kept[at] = union;
    else kept.push(each);
  }
  return kept;
}

/** One set for what meets either, if there is one: they speak of the same labels and differ in one list of values. */
function united(a: Requirements, b: Requirements): Requirements | undefined {
  const [pair, ...more] = [...a.values()]
    .map((ours) => [ours, b.get(ours.key)] as const)
    .filter(([ours, theirs]) => theirs === undefined || describe(ours) !== describe(theirs));
  if (a.size !== b.size || more.length > 0) return undefined;
  if (pair === undefined) return a;
  const [ours, theirs] = pair;
  if (theirs === undefined || ours.shape !== "only" || theirs.shape !== "only") return undefined;
  return new Map(a).set(ours.key, only(ours.key, ...ours.values, ...theirs.values));
}
