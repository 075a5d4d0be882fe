import type { EC2NodeClassSpec } from "#controller/api/ec2-node-class";
import type { NodePoolSpec } from "#controller/api/node-pool";
import { later } from "#policies/later";
import type { ClassRule, DeepPartial, ExampleStack, PoolRule } from "#policies/rule";
import { poolView, type StackView } from "#policies/views";
import { merge } from "./merge";

/** Keeps every rule. */
const pool: NodePoolSpec = {
  template: {
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "demo" },
      requirements: [
        { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
        { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
      ],
      expireAfter: "720h",
      terminationGracePeriod: "24h",
    },
  },
  disruption: { consolidateAfter: "1m", budgets: [{ nodes: "10%" }] },
  limits: { cpu: "100" },
};

/** Keeps every rule. */
const machines: EC2NodeClassSpec = {
  role: "KarpenterNodeRole-demo",
  amiSelectorTerms: [{ alias: "al2023@v20250519" }],
  subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "demo" } }],
  securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "demo" } }],
  tags: { team: "web" },
};

/** In a stack for which the rules for production hold. */
export const stack = "prod";

export const poolSpec = (difference: DeepPartial<NodePoolSpec> = {}): NodePoolSpec => merge(pool, difference);
export const classSpec = (difference: DeepPartial<EC2NodeClassSpec> = {}): EC2NodeClassSpec =>
  merge(machines, difference);

export const poolExamples = ({
  examples: { refused, allowed },
}: PoolRule): Record<"refused" | "allowed", NodePoolSpec> => ({
  refused: poolSpec(refused),
  allowed: poolSpec(allowed),
});
export const classExamples = ({
  examples: { refused, allowed },
}: ClassRule): Record<"refused" | "allowed", EC2NodeClassSpec> => ({
  refused: classSpec(refused),
  allowed: classSpec(allowed),
});

export const stackView = ({ pools, classes = [], interruptionQueue }: ExampleStack): StackView => ({
  pools: Object.entries(pools).map(([name, spec]) => ({
    urn: name,
    view: poolView(poolSpec(spec), { stack }),
    followsClass: false,
  })),
  classes,
  controllers:
    interruptionQueue === undefined ? [] : [{ urn: "karpenter", interruptionQueue: interruptionQueue ?? undefined }],
});

/** The same spec in every way in which one part of it is not known yet. */
export function* withOneLater(spec: unknown, path = "spec"): Generator<readonly [string, unknown]> {
  yield [path, later];
  if (typeof spec !== "object" || spec === null) return;
  for (const [key, value] of Object.entries(spec))
    for (const [at, inside] of withOneLater(value, `${path}.${key}`))
      yield [at, Array.isArray(spec) ? spec.with(Number(key), inside) : { ...spec, [key]: inside }];
}
