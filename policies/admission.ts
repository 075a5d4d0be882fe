/**
 * The rules as ValidatingAdmissionPolicies, for what no stack makes: objects by kubectl, Helm or a GitOps tool.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import type { ObjectRule, Validation } from "./rule";
import { classRules, poolRules } from "./rules";
import { type AnyRule, configIn, levelOf, type RuleSettings } from "./settings";
import type { Place } from "./views";

/** What is said to the API server about one kind. */
export interface AdmissionPolicy {
  /** The kind's plural and what is done: `nodepools-deny`. */
  readonly name: string;
  readonly action: Action;
  readonly spec: {
    readonly failurePolicy: "Fail";
    readonly matchConstraints: { readonly resourceRules: ResourceRule[] };
    readonly matchConditions: { readonly name: string; readonly expression: string }[];
    readonly validations: Validation[];
  };
}

export type Action = "Deny" | "Warn";

/** Lists are as the provider's types have them, which can be added to. */
interface ResourceRule {
  readonly apiGroups: string[];
  readonly apiVersions: string[];
  readonly operations: ("CREATE" | "UPDATE")[];
  readonly resources: string[];
}

interface Subject {
  readonly apiGroup: string;
  readonly plural: string;
  // What a rule looks at in a program makes no difference to what it says in CEL.
  readonly rules: readonly Pick<ObjectRule<never, unknown>, "name" | "level" | "options" | "admission">[];
}

const subjects: readonly Subject[] = [
  { apiGroup: "karpenter.sh", plural: "nodepools", rules: poolRules },
  { apiGroup: "karpenter.k8s.aws", plural: "ec2nodeclasses", rules: classRules },
];

/** Those that have anything to say: mandatory rules refuse, advisory ones warn. */
export const admissionPolicies = (settings: RuleSettings, place: Place): readonly AdmissionPolicy[] =>
  subjects.flatMap((subject) =>
    (["Deny", "Warn"] as const).flatMap((action) => {
      const validations = subject.rules
        .filter((rule) => actionOf(rule, settings) === action)
        .flatMap((rule) => {
          const validation = rule.admission?.(configIn(rule, settings), place);
          return validation === undefined ? [] : [named(rule.name, validation)];
        });
      return validations.length === 0 ? [] : [policy(subject, action, validations)];
    }),
  );

/** What a rule's level means to the API server, which warns or denies but mends nothing; undefined: it is not told. */
export function actionOf(rule: AnyRule, settings: RuleSettings): Action | undefined {
  const level = levelOf(rule, settings);
  if (level === "disabled") return undefined;
  return level === "advisory" ? "Warn" : "Deny";
}

const named = (rule: string, { expression, message }: Validation): Validation => ({
  expression,
  message: `${rule}: ${message}`,
});

const policy = ({ apiGroup, plural }: Subject, action: Action, validations: Validation[]): AdmissionPolicy => ({
  name: `${plural}-${action.toLowerCase()}`,
  action,
  spec: {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        { apiGroups: [apiGroup], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: [plural] },
      ],
    },
    matchConditions: [specChanges],
    validations,
  },
});

/**
 * Finalizers and annotations of objects that were there before the rules can still be changed, or none of these
 * could be deleted. Status is a resource of its own, which the constraints leave out.
 */
const specChanges = {
  name: "spec-changes",
  expression: "oldObject == null || object.spec != oldObject.spec",
};
