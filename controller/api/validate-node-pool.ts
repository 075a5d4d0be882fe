import type { Taint } from "./kube-object";
import { problemWithKey, problemWithValue } from "./label-syntax";
import { labels } from "./labels";
import type { NodePool } from "./node-pool";
import { problemsOfRequirement, quoted, report, type RequirementRules } from "./validate-requirement";
import { isRestricted, normalized } from "./well-known";

/**
 * What is wrong with a pool that the API server let pass, each problem naming its field; empty when all is well.
 * Goes on the pool's condition `ValidationSucceeded` (https://karpenter.sh/docs/concepts/nodepools/).
 */
export function problemsOf({ spec: { template } }: NodePool): readonly string[] {
  const { taints = [], startupTaints = [], requirements } = template.spec;
  return [
    ...Object.entries(template.metadata?.labels ?? {}).flatMap(problemsOfLabel),
    ...taints.flatMap((taint, i) => problemsOfTaint(taint, `spec.template.spec.taints[${i}]`)),
    ...startupTaints.flatMap((taint, i) => problemsOfTaint(taint, `spec.template.spec.startupTaints[${i}]`)),
    ...duplicates([...taints, ...startupTaints]),
    ...requirements.flatMap((each, i) => problemsOfRequirement(each, `spec.template.spec.requirements[${i}]`, rules)),
  ];
}

function problemsOfLabel([key, value]: readonly [string, string]): readonly string[] {
  const field = "spec.template.metadata.labels";
  return [
    ...report(field, `key ${quoted(key)}`, problemWithKey(key) ?? restriction(key)),
    ...report(field, `value ${quoted(value)} of ${key}`, problemWithValue(value)),
  ];
}

function restriction(key: string): string | undefined {
  if (key === labels.nodePool) return "is set by the controller";
  return isRestricted(normalized(key)) ? "is reserved" : undefined;
}

const rules: RequirementRules = { restriction, needValue: ["In"] };

const problemsOfTaint = ({ key, value = "" }: Taint, field: string): readonly string[] => [
  ...report(field, `key ${quoted(key)}`, problemWithKey(key)),
  ...report(field, `value ${quoted(value)}`, problemWithValue(value)),
];

function duplicates(taints: readonly Taint[]): readonly string[] {
  const named = taints.map(({ key, effect }) => `${key}:${effect}`);
  const twice = new Set(named.filter((name, position) => named.indexOf(name) !== position));
  return [...twice].map((name) => `spec.template.spec.taints: ${name} is there twice, startup taints included`);
}
