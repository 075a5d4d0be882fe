import { tryDuration } from "../../controller/api/duration";
import { literal, orElse } from "../cel";
import { may } from "../later";
import { text } from "../options";
import type { ObjectRule, PoolRule } from "../rule";
import type { PoolView } from "../views";

type Longest = Readonly<Record<"most", string>>;

/** Both fields of a pool's template that are durations, and what is right for them. */
const durations = {
  "expire-after-set": {
    field: "expireAfter",
    description: "Nodes are replaced after a time, so that none misses updates for long.",
    severity: "medium",
    // The longest that upstream's default allows.
    most: "720h",
    // Replacing nodes in time keeps to budgets.
    mended: true,
    examples: { refused: "Never", allowed: "168h" },
  },
  "termination-grace-period-set": {
    field: "terminationGracePeriod",
    description: "A node that is going has gone after a time, whatever pods say, so that updates are not held up.",
    severity: "low",
    most: "48h",
    // Ends pods that may not be evicted: for the user to decide.
    mended: false,
    examples: { refused: undefined, allowed: "1h" },
  },
} as const;

function durationRule(name: keyof typeof durations): PoolRule<Longest> {
  const { field, description, severity, most: fallback, mended, examples } = durations[name];
  const isFine = (value: PoolView[typeof field], most: string): boolean =>
    may(value, (given) => given !== undefined && (tryDuration(given) ?? Infinity) <= (tryDuration(most) ?? Infinity));
  const remedy: ObjectRule<PoolView, unknown, Longest>["remedy"] = (pool, { most }) =>
    isFine(pool[field], most) ? [] : [{ path: ["template", "spec", field], value: most }];
  const reason = (most: string): string => `must be set, and be at most ${most}`;
  const given = orElse(`spec.template.spec.${field}`, '"Never"');
  return {
    name,
    description,
    severity,
    level: "advisory",
    options: { most: text("The longest that is allowed, such as `24h`.", fallback) },
    violations: (pool, { most }) =>
      isFine(pool[field], most) ? [] : [{ path: `spec.template.spec.${field}`, reason: reason(most) }],
    ...(mended ? { remedy } : {}),
    admission: ({ most }) => ({
      expression: `${given} != "Never" && duration(${given}) <= duration(${literal(most)})`,
      message: `spec.template.spec.${field} ${reason(most)}`,
    }),
    examples: {
      refused: { template: { spec: { [field]: examples.refused } } },
      allowed: { template: { spec: { [field]: examples.allowed } } },
    },
  };
}

export const expireAfterSet = durationRule("expire-after-set");
export const terminationGracePeriodSet = durationRule("termination-grace-period-set");
