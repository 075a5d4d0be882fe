import { orElse } from "../cel";
import { may } from "../later";
import type { PoolRule } from "../rule";

/**
 * Of several budgets the strictest counts, so one that always holds is enough. The API server fills in one of 10% where
 * nothing is said; a program should say it, since it is what workloads have to live with.
 */
export const budgetsSet: PoolRule = {
  name: "budgets-set",
  description: "A pool says how many of its nodes may be disrupted at once, at all times, and it is not all of them.",
  severity: "medium",
  level: "advisory",
  options: {},
  violations: ({ budgets }) =>
    may(budgets, (given) =>
      (given ?? []).some((budget) =>
        may(
          budget,
          ({ nodes, schedule, reasons }) =>
            [schedule, reasons].every((part) => may(part, (value) => value === undefined)) &&
            may(nodes, (n) => n !== "100%"),
        ),
      ),
    )
      ? []
      : [
          {
            path: "spec.disruption.budgets",
            reason: 'must have one without schedule and reasons, such as nodes: "10%"',
          },
        ],
  remedy: ({ budgets }) =>
    may(budgets, (given) => given !== undefined)
      ? []
      : [{ path: ["disruption", "budgets"], value: [{ nodes: "10%" }] }],
  admission: () => ({
    expression: `${orElse("spec.disruption.budgets", "[]")}.exists(b, !has(b.schedule) && !has(b.reasons) && b.nodes != "100%")`,
    message: 'spec.disruption.budgets must have one without schedule and reasons, such as nodes: "10%"',
  }),
  examples: {
    refused: { disruption: { budgets: [{ nodes: "100%" }, { nodes: "0", schedule: "0 9 * * *", duration: "8h" }] } },
    allowed: { disruption: { budgets: [{ nodes: "20%" }, { nodes: "0", schedule: "0 9 * * *", duration: "8h" }] } },
  },
};
