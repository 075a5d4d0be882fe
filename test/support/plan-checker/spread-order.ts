import type { Settler } from "./population";
import type { SpreadGroup } from "./spread-group";

/**
 * The scheduler looks at the skew when it binds a pod, not afterwards: pods that a constraint counts but that do not have
 * it may come later and tip the scales. So a plan is good if there is an order of binding in which every pod's
 * constraints hold when its turn comes. This looks for one, greedily: whoever asks for spread goes as soon as it can;
 * the others only go when that helps somebody who is stuck. If the first way to the end is blocked, it tries from behind.
 */
export const hasOrder = (groups: readonly SpreadGroup[]): boolean =>
  groups.length === 0 ||
  leadsToTheEnd(groups, (steps) => steps) ||
  leadsToTheEnd(groups, (steps) => steps.toReversed());

function leadsToTheEnd(groups: readonly SpreadGroup[], order: (steps: readonly Step[]) => readonly Step[]): boolean {
  const tallies = new Map(groups.map((group) => [group, new Tally(group)]));
  const steps = order(stepsOf(groups, tallies));
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

/** A new pod's turn to be bound. */
interface Step {
  readonly owned: readonly Place[];
  readonly counted: readonly Place[];
}

interface Place {
  readonly tally: Tally;
  readonly domain: string;
}

/** How many pods each domain has so far; one that is not of the universe counts from its first pod on. */
class Tally {
  readonly group: SpreadGroup;
  readonly #counts: Map<string, number>;
  /** How many domains have so many pods. */
  readonly #domainsWith: number[] = [];
  #fewest = 0;

  constructor(group: SpreadGroup) {
    this.group = group;
    this.#counts = new Map([...group.terrain.universe].map((domain) => [domain, 0]));
    this.#domainsWith[0] = this.#counts.size;
    for (const { place, isNew } of group.counted) {
      const domain = group.terrain.domains.get(place);
      if (!isNew && domain !== undefined) this.add(domain);
    }
  }

  add(domain: string): void {
    const count = this.#counts.get(domain);
    const next = (count ?? 0) + 1;
    this.#counts.set(domain, next);
    this.#domainsWith[next] = (this.#domainsWith[next] ?? 0) + 1;
    if (count === undefined) this.#fewest = Math.min(this.#fewest, next);
    else this.#domainsWith[count] = (this.#domainsWith[count] ?? 0) - 1;
    while ((this.#domainsWith[this.#fewest] ?? 0) === 0) this.#fewest++;
  }

  at(domain: string): number {
    return this.#counts.get(domain) ?? 0;
  }

  get fewest(): number {
    return this.#counts.size < this.group.minDomains ? 0 : this.#fewest;
  }
}

function stepsOf(groups: readonly SpreadGroup[], tallies: ReadonlyMap<SpreadGroup, Tally>): readonly Step[] {
  const steps = new Map<Settler["pod"], { owned: Place[]; counted: Place[] }>();
  const note = (group: SpreadGroup, { pod, place, isNew }: Settler, kind: "owned" | "counted"): void => {
    const domain = group.terrain.domains.get(place);
    const tally = tallies.get(group);
    if (!isNew || domain === undefined || tally === undefined) return;
    const step = steps.get(pod) ?? { owned: [], counted: [] };
    step[kind].push({ tally, domain });
    steps.set(pod, step);
  };
  for (const group of groups) {
    for (const owner of group.owners) note(group, owner, "owned");
    for (const other of group.counted) note(group, other, "counted");
  }
  return [...steps.values()];
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
  if (!step.owned.every((place) => holdsSkew(place, step))) return false;
  count(step);
  return true;
}

const holdsSkew = ({ tally, domain }: Place, { counted }: Step): boolean => {
  const self = counted.some((each) => each.tally === tally) ? 1 : 0;
  return tally.at(domain) + self - tally.fewest <= tally.group.maxSkew;
};

function count({ counted }: Step): void {
  for (const { tally, domain } of counted) tally.add(domain);
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
