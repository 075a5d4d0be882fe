import type { Requirement } from "./requirement";
import { allows } from "./requirement";
import type { Requirements } from "./requirements";
import type { Machine } from "./template";

type Bearer = Pick<Machine, "requirements">;

/** Values that machines offer for one key, as far as the requirement allows them. */
function valuesOf(machines: readonly Bearer[], requirement: Requirement): ReadonlySet<string> {
  const values = machines.flatMap(({ requirements }) => [...(requirements.get(requirement.key)?.values ?? [])]);
  return new Set(values.filter((value) => allows(requirement, value)));
}

const demanding = (requirements: Requirements): readonly Requirement[] =>
  [...requirements.values()].filter(({ minValues }) => minValues > 0);

/** Whether the machines together offer as many values as each `minValues` asks for. */
export const isVaried = (machines: readonly Bearer[], requirements: Requirements): boolean =>
  demanding(requirements).every((requirement) => valuesOf(machines, requirement).size >= requirement.minValues);

/** The requirements with each `minValues` lowered to what the machines offer. */
export const lowered = (machines: readonly Machine[], requirements: Requirements): Requirements =>
  new Map(
    [...requirements].map(([key, requirement]) => [
      key,
      { ...requirement, minValues: Math.min(requirement.minValues, valuesOf(machines, requirement).size) },
    ]),
  );

/** The first `most` machines, but keeping the variety that is asked for: machines that add to it go before others. */
export function shortened(machines: readonly Machine[], requirements: Requirements, most: number): readonly Machine[] {
  if (machines.length <= most) return machines;
  const kept = new Set<Machine>();
  for (const requirement of demanding(requirements)) {
    const seen = valuesOf([...kept], requirement);
    keepNew(machines, { requirement, seen: new Set(seen), kept });
  }
  for (const machine of machines) {
    if (kept.size >= most) break;
    kept.add(machine);
  }
  return machines.filter((machine) => kept.has(machine));
}

interface Keeping {
  readonly requirement: Requirement;
  readonly seen: Set<string>;
  readonly kept: Set<Machine>;
}

function keepNew(machines: readonly Machine[], { requirement, seen, kept }: Keeping): void {
  for (const machine of machines) {
    if (seen.size >= requirement.minValues) return;
    const values = [...valuesOf([machine], requirement)].filter((value) => !seen.has(value));
    if (values.length === 0) continue;
    kept.add(machine);
    values.forEach((value) => seen.add(value));
  }
}
