import type { Scenario } from "../scenarios/scenario";

/** A scenario in one size. */
export interface Case {
  readonly scenario: Scenario;
  readonly pods: number;
}

export interface Choice {
  /** Words, any of which the scenario's name begins with; none for all scenarios. */
  readonly names: readonly string[];
  /** Only these sizes, whatever the scenario's own; none for its own. */
  readonly sizes: readonly number[];
}

/** What was asked for, in the order of the scenarios. @throws RangeError when no scenario has a name that begins so */
export function casesOf(scenarios: readonly Scenario[], { names, sizes }: Choice): readonly Case[] {
  for (const name of names) {
    if (!scenarios.some((scenario) => scenario.name.startsWith(name)))
      throw new RangeError(`no scenario is called ${name}: there are ${scenarios.map((each) => each.name).join(", ")}`);
  }
  return scenarios
    .filter((scenario) => names.length === 0 || names.some((name) => scenario.name.startsWith(name)))
    .flatMap((scenario) => (sizes.length > 0 ? sizes : scenario.sizes).map((pods) => ({ scenario, pods })));
}
