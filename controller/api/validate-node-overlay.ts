import type { NodeOverlay } from "./node-overlay";
import { isQuantity, toNumber } from "./quantity";
import { problemsOfRequirement, quoted, report, type RequirementRules } from "./validate-requirement";
import { isRestricted, normalized } from "./well-known";

/** What an overlay cannot change: the machine itself. */
const own: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage", "pods", "nodes"]);

const rules: RequirementRules = {
  restriction: (key) => (isRestricted(normalized(key)) ? "is reserved" : undefined),
  needValue: ["In", "NotIn"],
};

/**
 * What is wrong with an overlay that the API server let pass, each problem naming its field; empty when all is well.
 * Goes on the overlay's condition `ValidationSucceeded` (https://karpenter.sh/docs/concepts/nodeoverlays/).
 */
export const problemsOfOverlay = ({ spec }: NodeOverlay): readonly string[] => [
  ...spec.requirements.flatMap((each, i) => problemsOfRequirement(each, `spec.requirements[${i}]`, rules)),
  ...Object.entries(spec.capacity ?? {}).flatMap(([resource, quantity]) =>
    report("spec.capacity", `resource ${quoted(resource)}`, problemWithResource(resource, quantity)),
  ),
];

function problemWithResource(resource: string, quantity: string): string | undefined {
  if (own.has(resource)) return "is the machine's own; only extended resources can be given";
  if (!isQuantity(quantity) || toNumber(quantity) < 0)
    return `is ${quoted(quantity)}, but must be a quantity such as 2`;
  return undefined;
}
