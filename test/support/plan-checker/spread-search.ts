import { count, discount, mayGo, type Place, type Step, stepsOf } from "./binding-step";
import { grouped } from "./grouped";
import type { SpreadGroup } from "./spread-group";
import { Tally } from "./tally";

/** How many states are looked at before the search gives up: enough for some dozens of pods. */
const patience = 20_000;

/** Pods that are bound to alike places under alike constraints, by how many wait. */
interface Kind {
  readonly step: Step;
  waiting: number;
}

/** Tries all orders in which pods can be bound, until one leads to the end or there are too many. */
export function someOrderLeadsToTheEnd(groups: readonly SpreadGroup[]): boolean {
  const tallies = groups.map((group) => new Tally(group));
  const kinds = [...grouped(stepsOf(tallies), signatureAmong(tallies)).values()].map((members): Kind => {
    const [step] = members;
    return { step, waiting: members.length };
  });
  return leadsToTheEnd(
    kinds.sort((a, b) => Number(isHelper(a)) - Number(isHelper(b))),
    new Set(),
  );
}

const isHelper = ({ step }: Kind): boolean => step.owned.length === 0;

const signatureAmong =
  (tallies: readonly Tally[]) =>
  ({ owned, counted }: Step): string => {
    const textOf = ({ tally, domain }: Place): string => `${tallies.indexOf(tally)} ${domain}`;
    return JSON.stringify([owned.map(textOf), counted.map(textOf)]);
  };

/** @param seen states from which there is no way, or which are being looked at */
function leadsToTheEnd(kinds: readonly Kind[], seen: Set<string>): boolean {
  if (kinds.every((kind) => isHelper(kind) || kind.waiting === 0)) return true;
  const state = kinds.map(({ waiting }) => waiting).join();
  if (seen.has(state) || seen.size >= patience) return false;
  seen.add(state);
  return kinds.some((kind) => {
    if (kind.waiting === 0 || !mayGo(kind.step)) return false;
    kind.waiting--;
    count(kind.step);
    if (leadsToTheEnd(kinds, seen)) return true;
    kind.waiting++;
    discount(kind.step);
    return false;
  });
}
