import { literal, orElse } from "../cel";
import { may } from "../later";
import { textByName, texts } from "../options";
import type { ClassRule } from "../rule";
import type { ClassView } from "../views";

type Wanted = Readonly<{ keys: readonly string[]; values: Readonly<Record<string, string>> }>;

const missing = ({ tags }: ClassView, { keys }: Wanted): readonly string[] =>
  keys.filter((key) => !may(tags, (given) => given?.[key] !== undefined));

/** On machines, their volumes and network interfaces: what a bill is divided by. */
export const tagsSet: ClassRule<Wanted> = {
  name: "tags-set",
  description: "Machines carry the tags by which their costs are told apart.",
  severity: "low",
  level: "advisory",
  options: {
    keys: texts("Tags that each class must give.", ["team"]),
    values: textByName("What remediation gives where a tag is missing; those that are not here it leaves missing.", {}),
  },
  violations: (machines, config) =>
    missing(machines, config).map((key) => ({ path: `spec.tags["${key}"]`, reason: "must be set" })),
  remedy: (machines, config) =>
    missing(machines, config).flatMap((key) => {
      const value = config.values[key];
      return value === undefined ? [] : [{ path: ["tags", key], value }];
    }),
  admission: ({ keys }) => ({
    expression: `${literal(keys)}.all(k, k in ${orElse("spec.tags", "{}")})`,
    message: `spec.tags must have ${keys.join(", ")}`,
  }),
  examples: { refused: { tags: { team: undefined } }, allowed: { tags: { team: "search" } } },
};
