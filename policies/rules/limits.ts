import { literal, orElse } from "../cel";
import { may } from "../later";
import { texts } from "../options";
import type { PoolRule } from "../rule";

/** A pool without limits grows as long as pods are waiting, and so does the bill. */
export const limitsSet: PoolRule<{ readonly resources: readonly string[] }> = {
  name: "limits-set",
  description: "A pool says how much it may grow to.",
  severity: "high",
  level: "mandatory",
  options: { resources: texts("Resources of which each pool must have a limit.", ["cpu"]) },
  violations: ({ limits }, { resources }) =>
    resources
      .filter((resource) => !may(limits, (given) => given?.[resource] !== undefined))
      .map((resource) => ({ path: `spec.limits.${resource}`, reason: 'must be set, such as "100"' })),
  admission: ({ resources }) => ({
    expression: `${literal(resources)}.all(r, r in ${orElse("spec.limits", "{}")})`,
    message: `spec.limits must have ${resources.join(", ")}`,
  }),
  examples: { refused: { limits: { cpu: undefined } }, allowed: { limits: { cpu: "16" } } },
};
