import type { Labels } from "../../controller/api/kube-object";
import { orElse } from "../cel";
import { isLater, knownItems, type Later, may, type Seen } from "../later";
import { count } from "../options";
import type { ClassRule, Violation } from "../rule";
import type { ClassView } from "../views";

const selectors = [
  "subnetSelectorTerms",
  "securityGroupSelectorTerms",
  "amiSelectorTerms",
  "capacityReservationSelectorTerms",
] as const satisfies readonly (keyof ClassView)[];

/** `*` as a tag's value matches every value, and in names it is a wildcard. */
export const noStarSelectors: ClassRule = {
  name: "no-star-selectors",
  description: "What machines are made of is named, not whatever happens to be there.",
  severity: "high",
  level: "mandatory",
  options: {},
  violations: (machines) =>
    selectors.flatMap((selector) =>
      // All that is asked of a term is what kinds of terms have alike.
      knownItems(machines[selector] as Seen<readonly Term[] | undefined>).flatMap(([index, term]) =>
        starsIn(term, `spec.${selector}[${index}]`),
      ),
    ),
  admission: () => ({
    expression: selectors
      .map((selector) => `${orElse(`spec.${selector}`, "[]")}.all(t, ${tagsAreNamed}${nameIsOne(selector)})`)
      .join(" && "),
    message: `spec.${selectors.join(", spec.")}: no tag may have the value "*", no name may contain one`,
  }),
  examples: {
    refused: { subnetSelectorTerms: [{ tags: { "kubernetes.io/role/internal-elb": "*" } }] },
    allowed: { subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "demo" } }] },
  },
};

interface Term {
  readonly tags?: Labels;
  readonly name?: string;
}

const tagsAreNamed = '(!has(t.tags) || t.tags.all(k, t.tags[k] != "*"))';

/** Terms of other kinds have no name. */
const nameIsOne = (selector: (typeof selectors)[number]): string =>
  selector === "amiSelectorTerms" || selector === "securityGroupSelectorTerms"
    ? ' && (!has(t.name) || !t.name.contains("*"))'
    : "";

function starsIn({ tags, name }: Exclude<Seen<Term>, Later>, path: string): readonly Violation[] {
  const starred = tags === undefined || isLater(tags) ? [] : Object.entries(tags).filter(([, value]) => value === "*");
  return [
    ...starred.map(([key]) => ({ path: `${path}.tags["${key}"]`, reason: 'must be a value, not "*"' })),
    ...(may(name, (given) => given?.includes("*") !== true)
      ? []
      : [{ path: `${path}.name`, reason: 'must not contain "*"' }]),
  ];
}

/**
 * A load balancer's controller wants to know which of a node's groups to open, and takes none where several are
 * tagged as the cluster's.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/security_groups/
 */
export const oneSecurityGroup: ClassRule<{ readonly most: number }> = {
  name: "one-security-group",
  description: "One term says which security group machines get.",
  severity: "low",
  level: "advisory",
  options: { most: count("How many terms there may be.", 1) },
  violations: ({ securityGroupSelectorTerms }, { most }) =>
    may(securityGroupSelectorTerms, (terms) => (terms ?? []).length <= most)
      ? []
      : [{ path: "spec.securityGroupSelectorTerms", reason: `must be at most ${most}` }],
  admission: ({ most }) => ({
    expression: `size(${orElse("spec.securityGroupSelectorTerms", "[]")}) <= ${most}`,
    message: `spec.securityGroupSelectorTerms must be at most ${most}`,
  }),
  examples: {
    refused: { securityGroupSelectorTerms: [{ id: "sg-0123456789abcdef0" }, { id: "sg-0123456789abcdef1" }] },
    allowed: { securityGroupSelectorTerms: [{ id: "sg-0123456789abcdef0" }] },
  },
};
