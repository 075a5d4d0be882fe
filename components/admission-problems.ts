import * as pulumi from "@pulumi/pulumi";
import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import type { NodePoolSpec } from "../controller/api/node-pool";
import { actionOf } from "../policies/admission";
import { later, type Seen } from "../policies/later";
import type { ObjectRule, Violation } from "../policies/rule";
import { classRules, poolRules } from "../policies/rules";
import { configIn, type RuleSettings } from "../policies/settings";
import { classView, poolView } from "../policies/views";
import { admissionOf, ruleProblems } from "./admission-rules";
import { isLater } from "./inputs";
import type { KarpenterArgs } from "./karpenter-args";
import { inConfiguration, type NodePoolsArgs, nodePoolsProblems, surroundingsOf } from "./node-pools";
import { ec2NodeClassSpec, nodePoolSpec } from "./pool-settings";
import type { Problem } from "./problem";

/** What is wrong with the rules themselves, or else what the API server would refuse of the pools that come along. */
export function admissionProblems(admission: KarpenterArgs["admission"], pools: NodePoolsArgs): readonly Problem[] {
  const asked = admissionOf(admission);
  if (asked === undefined) return [];
  const { rules = {} } = asked;
  const problems = ruleProblems(rules, "admission.rules");
  // Rules look at pools that are pools.
  if (problems.length > 0 || nodePoolsProblems(pools).length > 0) return problems;
  return refusedPools(rules, pools);
}

const refusedPools = (rules: RuleSettings, args: NodePoolsArgs): readonly Problem[] =>
  Object.entries(args.nodePools).flatMap(([name, settings]) => {
    const place = { stack: pulumi.getStack() };
    const { class: machines = {} } = settings;
    const pool = refusals(poolRules, poolView(seen(nodePoolSpec(settings, name)) as Seen<NodePoolSpec>, place), rules);
    const made = typeof machines === "string" ? undefined : seen(ec2NodeClassSpec(machines, surroundingsOf(args)));
    const ofClass =
      made === undefined ? [] : refusals(classRules, classView(made as Seen<EC2NodeClassSpec>, place), rules);
    return [...pool.map(inConfiguration("")), ...ofClass.map(inConfiguration("class.spec."))].map(
      ({ path, reason }) => ({ path: `nodePools.${name}.${path}`, reason }),
    );
  });

function refusals<View>(
  all: readonly ObjectRule<View, unknown>[],
  view: View,
  settings: RuleSettings,
): readonly Violation[] {
  return all
    .filter((rule) => "admission" in rule && actionOf(rule, settings) === "Deny")
    .flatMap((rule) => rule.violations(view, configIn(rule, settings)));
}

/** A component's argument as rules see it: the same shape, with what comes later marked. */
function seen(value: unknown): unknown {
  if (isLater(value)) return later;
  if (Array.isArray(value)) return value.map(seen);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, seen(part)]));
}
