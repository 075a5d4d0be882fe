/** The rules as policies of Pulumi: a pack of their own, or part of yours. */
import type {
  PolicyConfigSchema,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { classOf, poolOf, stackViewOf, types } from "./reading";
import { type Change, configOf, type ObjectRule, type Option, type StackRule, type Violation } from "./rule";
import { classRules, poolRules, stackRules } from "./rules";

/** All of them, each with its own level and options, which the configuration of the pack may change. */
export const policies = (): (ResourceValidationPolicy | StackValidationPolicy)[] => [
  ...poolRules.map((rule) => objectPolicy(rule, { type: types.pool, viewOf: poolOf })),
  ...classRules.map((rule) => objectPolicy(rule, { type: types.class, viewOf: classOf })),
  ...stackRules.map(stackPolicy),
];

interface Subject<View> {
  readonly type: string;
  readonly viewOf: (args: ResourceValidationArgs) => View;
}

function objectPolicy<View>(
  rule: ObjectRule<View, unknown>,
  { type, viewOf }: Subject<View>,
): ResourceValidationPolicy {
  return {
    ...commonOf(rule),
    validateResource: (args, report) => {
      if (args.type !== type) return;
      for (const violation of rule.violations(viewOf(args), configOf(rule, args.getConfig())))
        report(worded(violation));
    },
    ...("remedy" in rule ? { remediateResource: remediation(rule, { type, viewOf }) } : {}),
  };
}

function remediation<View>(
  rule: ObjectRule<View, unknown>,
  { type, viewOf }: Subject<View>,
): NonNullable<ResourceValidationPolicy["remediateResource"]> {
  return (args) => {
    if (args.type !== type) return undefined;
    const changes = rule.remedy?.(viewOf(args), configOf(rule, args.getConfig())) ?? [];
    for (const { path, value } of changes) lay(args.props, { path: ["spec", ...path], value });
    return changes.length === 0 ? undefined : args.props;
  };
}

/** In place, so that what is not known and what is secret around it stay so. */
function lay(object: object, { path: [step, ...rest], value }: Change): void {
  if (step === undefined) return;
  const fields = object as Record<string | number, unknown>;
  if (rest.length === 0) fields[step] = value;
  else lay((fields[step] ??= {}), { path: rest, value });
}

const stackPolicy = (rule: StackRule): StackValidationPolicy => ({
  ...commonOf(rule),
  validateStack: (args, report) => {
    for (const violation of rule.violations(stackViewOf(args.resources), configOf(rule, args.getConfig())))
      report(worded(violation), violation.urn);
  },
});

const worded = ({ path, reason }: Violation): string => `${path} ${reason}`;

const commonOf = ({
  name,
  description,
  severity,
  level,
  options,
}: Pick<StackRule, "name" | "description" | "severity" | "level" | "options">): Pick<
  ResourceValidationPolicy,
  "name" | "description" | "severity" | "enforcementLevel" | "configSchema"
> => ({ name, description, severity, enforcementLevel: level, configSchema: schemaOf(options) });

function schemaOf(options: Readonly<Record<string, Option<unknown>>>): PolicyConfigSchema {
  const properties = Object.entries(options).map(([name, { description, schema, fallback }]) => [
    name,
    { ...schema, description, default: fallback },
  ]);
  return { properties: Object.fromEntries(properties) as PolicyConfigSchema["properties"] };
}
