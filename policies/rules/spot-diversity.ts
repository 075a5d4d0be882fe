import type { RequirementSpec } from "../../controller/api/requirement";
import { orElse } from "../cel";
import { knownItems, may, type Seen } from "../later";
import { count } from "../options";
import type { PoolRule } from "../rule";
import { allowsSpot } from "./capacity";

const instanceType = "node.kubernetes.io/instance-type";
const reason = (least: number): string =>
  `must name at least ${least} types, or none, where the pool may take spot capacity`;
const requirements = orElse("spec.template.spec.requirements", "[]");

/**
 * Capacity that is taken back is taken back of a type at a time. Counts types that are named; how many a pool can
 * launch by all of its requirements is for the components to say, which have the catalog.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
 */
export const spotDiversity: PoolRule<{ readonly least: number }> = {
  name: "spot-diversity",
  description: "A pool that may take spot capacity does not name a few instance types only.",
  severity: "medium",
  level: "advisory",
  options: { least: count("How many types are enough.", 10) },
  violations: (pool, { least }) =>
    allowsSpot(pool)
      ? knownItems(pool.requirements)
          .filter(([, item]) => !mayLeaveEnough(item, least))
          .map(([index]) => ({ path: `spec.template.spec.requirements[${index}].values`, reason: reason(least) }))
      : [],
  admission: ({ least }) => ({
    expression:
      `${requirements}.exists(r, r.key == "karpenter.sh/capacity-type" && ` +
      '(r.operator == "In" && !("spot" in r.?values.orValue([])) || ' +
      'r.operator == "NotIn" && "spot" in r.?values.orValue([]))) || ' +
      `${requirements}.all(r, r.key != "${instanceType}" || r.operator != "In" || size(r.?values.orValue([])) >= ${least})`,
    message: `spec.template.spec.requirements ${reason(least)}`,
  }),
  examples: { refused: spotOf(2), allowed: spotOf(10) },
};

const mayLeaveEnough = ({ key, operator, values }: Exclude<Seen<RequirementSpec>, symbol>, least: number): boolean =>
  may(key, (it) => it !== instanceType) ||
  may(operator, (it) => it !== "In") ||
  may(values, (list = []) => list.length >= least);

/** A pool that takes spot capacity of some of ten types. */
function spotOf(types: number): PoolRule["examples"]["refused"] {
  const values = ["c5", "c6i", "c7i", "m5", "m6i", "m7i", "r5", "r6i", "r7i", "m5d"].map((family) => `${family}.large`);
  return {
    template: {
      spec: {
        requirements: [
          { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] },
          { key: instanceType, operator: "In", values: values.slice(0, types) },
        ],
      },
    },
  };
}
