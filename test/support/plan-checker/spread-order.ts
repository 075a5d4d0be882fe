import { count, holdsSkew, mayGo, type Step, stepsOf } from "./binding-step";
import type { SpreadGroup } from "./spread-group";
import { someOrderLeadsToTheEnd } from "./spread-search";
import { Tally } from "./tally";

/**
 * The scheduler looks at the skew when it binds a pod, not afterwards: pods that a constraint counts but that do not
 * have it may come later and tip the scales. So a plan is good if there is an order of binding in which every pod's
 * constraints hold when its turn comes. This looks for one, greedily: whoever asks for spread goes as soon as it can;
 * the others only go when that helps somebody who is stuck. If that leads nowhere it tries from behind, then all
 * orders.
 */
export const hasOrder = (groups: readonly SpreadGroup[]): boolean =>
  groups.length === 0 ||
  leadsToTheEnd(groups, (steps) => steps) ||
  leadsToTheEnd(groups, (steps) => steps.toReversed()) ||
  someOrderLeadsToTheEnd(groups);

function leadsToTheEnd(groups: readonly SpreadGroup[], order: (steps: readonly Step[]) => readonly Step[]): boolean {
  const steps = order(stepsOf(groups.map((group) => new Tally(group))));
  let waiting: readonly Step[] = inTurns(steps.filter(({ owned }) => owned.length > 0));
  let others: readonly Step[] = steps.filter(({ owned }) => owned.length === 0);
  while (waiting.length > 0) {
    const before = waiting.length;
    waiting = waiting.filter((step) => !goes(step));
    if (waiting.length < before) continue;
    const rest = withoutHelpers(others, waiting);
    if (rest.length === others.length) return false;
    others = rest;
  }
  return true;
}

/** Those that count for nobody first, since they are in nobody's way; then one of each domain after the other. */
function inTurns(steps: readonly Step[]): readonly Step[] {
  const seen = new Map<string, number>();
  const turns = steps.map((step) => {
    const key = step.owned.map(({ tally, domain }) => `${tally.group.text} ${domain}`).join();
    const turn = (seen.get(key) ?? 0) + 1;
    seen.set(key, turn);
    return { step, turn: step.counted.length === 0 ? 0 : turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ step }) => step);
}

function goes(step: Step): boolean {
  if (!mayGo(step)) return false;
  count(step);
  return true;
}

/** Lets one pod go for each constraint that somebody waits for, to an emptiest domain of it; the others are left. */
function withoutHelpers(others: readonly Step[], waiting: readonly Step[]): readonly Step[] {
  const blocked = new Set(
    waiting.flatMap((step) => step.owned.filter((place) => !holdsSkew(place, step)).map(({ tally }) => tally)),
  );
  return others.filter((step) => {
    const helped = step.counted.find(({ tally, domain }) => blocked.has(tally) && tally.at(domain) === tally.fewest);
    if (helped === undefined) return true;
    blocked.delete(helped.tally);
    count(step);
    return false;
  });
}
