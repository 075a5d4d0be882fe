/** Rules about everything that a stack makes together. */
import { isQuantity, toNumber } from "../../controller/api/quantity";
import { isLater, may } from "../later";
import { textByName, texts } from "../options";
import type { StackRule } from "../rule";
import type { PoolInStack } from "../views";
import { fieldOf } from "../views";
import { allowsSpot } from "./capacity";

/** Limits are each pool's own: ten pools of 100 CPUs are a bill of 1,000. */
export const totalCeiling: StackRule<{ readonly most: Readonly<Record<string, string>> }> = {
  name: "total-ceiling",
  description: "All pools of a stack together have a limit.",
  severity: "high",
  level: "mandatory",
  options: {
    most: textByName("What the limits of all pools may come to, resource by resource.", { cpu: "1000", memory: "4Ti" }),
  },
  violations: ({ pools }, { most }) =>
    Object.entries(most).flatMap(([resource, ceiling]) => {
      const total = pools.reduce((sum, pool) => sum + knownLimit(pool, resource), 0);
      if (total <= toNumber(ceiling)) return [];
      return [
        { path: `spec.limits.${resource}`, reason: `of all pools come to ${total}, which must be at most ${ceiling}` },
      ];
    }),
  examples: {
    refused: { pools: { web: { limits: { cpu: "600" } }, batch: { limits: { cpu: "600" } } }, classes: ["demo"] },
    allowed: { pools: { web: { limits: { cpu: "400" } }, batch: { limits: { cpu: "600" } } }, classes: ["demo"] },
  },
};

function knownLimit({ view }: PoolInStack, resource: string): number {
  const limit = fieldOf(view.limits, resource);
  return typeof limit === "string" && isQuantity(limit) ? toNumber(limit) : 0;
}

export const classResolves: StackRule<{ readonly elsewhere: readonly string[] }> = {
  name: "class-resolves",
  description: "The class that a pool names is made by the same stack, or known to be made elsewhere.",
  severity: "medium",
  level: "advisory",
  options: { elsewhere: texts("Names of classes that other stacks make.", []) },
  violations: ({ pools, classes }, { elsewhere }) =>
    pools
      .filter(({ view: { nodeClassRef }, followsClass }) => {
        if (followsClass || !may(fieldOf(nodeClassRef, "kind"), (kind) => kind === "EC2NodeClass")) return false;
        const named = fieldOf(nodeClassRef, "name");
        return !may(named, (name) => [...classes, ...elsewhere].some((each) => may(each, (it) => it === name)));
      })
      .map(({ urn }) => ({
        urn,
        path: "spec.template.spec.nodeClassRef.name",
        reason: "must be of a class of this stack, or of one that `elsewhere` names",
      })),
  examples: {
    refused: { pools: { web: {} }, classes: ["demmo"] },
    allowed: { pools: { web: {} }, classes: ["demo"] },
  },
};

/** Two minutes' notice is all that spot capacity gives, and it comes by the queue. */
export const queueForSpot: StackRule = {
  name: "queue-for-spot",
  description: "Where pools take spot capacity, the controller hears of interruptions.",
  severity: "high",
  level: "mandatory",
  options: {},
  violations: ({ pools, controllers }) =>
    pools.some(({ view }) => allowsSpot(view))
      ? controllers
          .filter(({ interruptionQueue: queue }) => !isLater(queue) && (queue === undefined || queue === ""))
          .map(({ urn }) => ({
            urn,
            path: "INTERRUPTION_QUEUE",
            reason: `must be set, since ${spotPools(pools)} may take spot capacity`,
          }))
      : [],
  examples: {
    refused: { pools: { web: takesSpot() }, classes: ["demo"], interruptionQueue: null },
    allowed: { pools: { web: takesSpot() }, classes: ["demo"], interruptionQueue: "demo" },
  },
};

const spotPools = (pools: readonly PoolInStack[]): string =>
  `${pools.filter(({ view }) => allowsSpot(view)).length} of ${pools.length} pools`;

function takesSpot(): StackRule["examples"]["refused"]["pools"][string] {
  const requirements = [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] }] as const;
  return { template: { spec: { requirements } } };
}
