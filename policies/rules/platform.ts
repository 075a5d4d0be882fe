import type { RequirementSpec } from "../../controller/api/requirement";
import { literal, orElse } from "../cel";
import { may, type Seen } from "../later";
import { texts } from "../options";
import type { PoolRule } from "../rule";

interface Platform {
  readonly name: string;
  readonly key: string;
  readonly of: string;
  readonly known: readonly string[];
  readonly examples: { readonly refused: readonly string[]; readonly allowed: readonly string[] };
}

/**
 * A pool that does not say it gets whatever is cheapest, on which images made for something else do not start.
 */
function platformKnown({ name, key, of, known, examples }: Platform): PoolRule<{ readonly values: readonly string[] }> {
  const reason = (values: readonly string[]): string => `must require ${key} In, of ${values.join(", ")}`;
  const example = (values: readonly string[]): { readonly template: { readonly spec: object } } => ({
    template: { spec: { requirements: [...others(key), { key, operator: "In", values }] } },
  });
  return {
    name,
    description: `A pool says the ${of} of its nodes, and it is one that is known.`,
    severity: "medium",
    level: "mandatory",
    options: { values: texts(`What the ${of} may be.`, known) },
    violations: ({ requirements }, { values }) =>
      may(requirements, (list) => (list ?? []).some((item) => mayPin(item, key, values)))
        ? []
        : [{ path: "spec.template.spec.requirements", reason: reason(values) }],
    admission: ({ values }) => ({
      expression:
        `${orElse("spec.template.spec.requirements", "[]")}.exists(r, r.key == ${literal(key)} && r.operator == "In"` +
        ` && r.values.all(v, v in ${literal(values)}))`,
      message: `spec.template.spec.requirements ${reason(values)}`,
    }),
    examples: { refused: example(examples.refused), allowed: example(examples.allowed) },
  };
}

function mayPin(item: Seen<RequirementSpec>, key: string, values: readonly string[]): boolean {
  return may(
    item,
    (given) =>
      may(given.key, (it) => it === key) &&
      may(given.operator, (operator) => operator === "In") &&
      may(given.values, (list) => (list ?? []).every((value) => may(value, (it) => values.includes(it)))),
  );
}

const architecture: Platform = {
  name: "architecture-known",
  key: "kubernetes.io/arch",
  of: "architecture",
  known: ["amd64", "arm64"],
  examples: { refused: ["x86_64"], allowed: ["arm64"] },
};
const operatingSystem: Platform = {
  name: "operating-system-known",
  key: "kubernetes.io/os",
  of: "operating system",
  known: ["linux", "windows"],
  examples: { refused: ["bottlerocket"], allowed: ["linux"] },
};

/** What an example requires beside what it is about. */
const others = (key: string): readonly RequirementSpec[] =>
  [architecture, operatingSystem]
    .filter((platform) => platform.key !== key)
    .map((platform) => ({ key: platform.key, operator: "In", values: platform.examples.allowed }));

export const architectureKnown = platformKnown(architecture);
export const operatingSystemKnown = platformKnown(operatingSystem);
