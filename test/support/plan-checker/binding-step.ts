import type { Settler } from "./population";
import type { Tally } from "./tally";

/** A new pod's turn to be bound. */
export interface Step {
  /** Where its own constraints hold or not. */
  readonly owned: readonly Place[];
  readonly counted: readonly Place[];
}

export interface Place {
  readonly tally: Tally;
  readonly domain: string;
}

export function stepsOf(tallies: readonly Tally[]): readonly Step[] {
  const steps = new Map<Settler["pod"], { owned: Place[]; counted: Place[] }>();
  const note = (tally: Tally, { pod, place, isNew }: Settler, kind: "owned" | "counted"): void => {
    const domain = tally.group.terrain.domains.get(place);
    if (!isNew || domain === undefined) return;
    const step = steps.get(pod) ?? { owned: [], counted: [] };
    step[kind].push({ tally, domain });
    steps.set(pod, step);
  };
  for (const tally of tallies) {
    for (const owner of tally.group.owners) note(tally, owner, "owned");
    for (const other of tally.group.counted) note(tally, other, "counted");
  }
  return [...steps.values()];
}

/** Whether its constraints hold now. */
export const mayGo = (step: Step): boolean => step.owned.every((place) => holdsSkew(place, step));

export const holdsSkew = ({ tally, domain }: Place, { counted }: Step): boolean => {
  const self = counted.some((each) => each.tally === tally) ? 1 : 0;
  return tally.at(domain) + self - tally.fewest <= tally.group.maxSkew;
};

export function count({ counted }: Step): void {
  for (const { tally, domain } of counted) tally.add(domain);
}

export function discount({ counted }: Step): void {
  for (const { tally, domain } of counted) tally.remove(domain);
}
