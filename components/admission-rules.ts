import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { admissionPolicies } from "../policies/admission";
import { classRules, poolRules } from "../policies/rules";
import { type RuleSettings, settingsProblems } from "../policies/settings";
import type { Problem } from "./problem";
import { refuse } from "./problem";

export interface AdmissionArgs {
  /**
   * Rule → its level, its options or both; `all` is the level of those that say none. As in the configuration of the
   * policy pack: `{ all: "advisory", "limits-set": { resources: ["cpu", "memory"] } }`.
   * @default each rule's own, see docs/policies.md
   */
  readonly rules?: RuleSettings;
}

/**
 * The rules of docs/policies.md that can be said to the API server, as ValidatingAdmissionPolicies: for pools and
 * classes that kubectl, Helm or a GitOps tool makes. Kubernetes 1.30 or newer.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class AdmissionRules extends pulumi.ComponentResource {
  constructor(name: string, args: AdmissionArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:AdmissionRules", name, args, opts);
    const { rules = {} } = args;
    refuse(`AdmissionRules ${name}`, ruleProblems(rules, "rules"));

    for (const { name: subject, action, spec } of admissionPolicies(rules, { stack: pulumi.getStack() })) {
      const metadata = { name: `pulumi-karpenter-${subject}` };
      const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
        `${name}-${subject}`,
        { metadata, spec },
        { parent: this },
      );
      new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        `${name}-${subject}`,
        { metadata, spec: { policyName: policy.metadata.name, validationActions: [action] } },
        { parent: this },
      );
    }

    this.registerOutputs({});
  }
}

export const ruleProblems = (rules: RuleSettings, path: string): readonly Problem[] =>
  settingsProblems(rules, [...poolRules, ...classRules], path);

/** `true` stands for the rules as they come. */
export const admissionOf = (asked: boolean | AdmissionArgs | undefined): AdmissionArgs | undefined =>
  asked === true ? {} : asked === false ? undefined : asked;
