/** What can be known to be wrong with pools and classes without asking the cluster. */
import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import ec2NodeClasses from "../controller/api/crds/ec2nodeclasses.json";
import nodePools from "../controller/api/crds/nodepools.json";
import type { NodePoolSpec } from "../controller/api/node-pool";
import type { RequirementSpec } from "../controller/api/requirement";
import { type Schema, schemaProblems } from "../controller/api/schema-problems";
import { isLater } from "./inputs";
import type { Problem } from "./problem";
import { whyNotAllowed } from "./requirement-keys";

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: Schema } } };
    }[];
  };
}

/** Both definitions serve one version. */
const specSchema = ({ spec: { versions } }: Definition): Schema =>
  versions[0]?.schema.openAPIV3Schema.properties.spec ?? {};

/** What will only be known later is checked later, by the API server. */
const specProblems = (spec: unknown, definition: Definition): readonly Problem[] =>
  schemaProblems(spec, specSchema(definition), { path: "spec", isLater });

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const validName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function nameProblems(name: string): readonly Problem[] {
  if (validName.test(name) && name.length <= 63) return [];
  return [{ path: "name", reason: `"${name}" must be at most 63 lower-case letters, digits and hyphens` }];
}

export const ec2NodeClassProblems = (name: string, spec: InputLike<EC2NodeClassSpec>): readonly Problem[] => [
  ...nameProblems(name),
  ...specProblems(spec, ec2NodeClasses),
];

export const nodePoolProblems = (name: string, spec: InputLike<NodePoolSpec>): readonly Problem[] => {
  const schema = specProblems(spec, nodePools);
  const templateIsFine = !schema.some(({ path }) => path.startsWith("spec.template"));
  return [...nameProblems(name), ...schema, ...(templateIsFine ? templateProblems(spec) : [])];
};

/** A spec in which any part may be known only later. */
type InputLike<T> = { readonly [Field in keyof T]: unknown };

/** Only the parts that are known by now and that passed the schema. */
interface KnownTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, unknown>> };
  readonly spec?: { readonly requirements?: readonly Partial<RequirementSpec>[] };
}

function templateProblems({ template }: InputLike<NodePoolSpec>): readonly Problem[] {
  const { metadata, spec } = template as KnownTemplate;
  const requirements = Array.isArray(spec?.requirements) ? spec.requirements : [];
  return [
    ...Object.keys(metadata?.labels ?? {}).flatMap((key) =>
      keyProblems(key, `spec.template.metadata.labels["${key}"]`),
    ),
    ...requirements.flatMap((requirement: Partial<RequirementSpec>, index) =>
      requirementProblems(requirement, `spec.template.spec.requirements[${index}]`),
    ),
  ];
}

function keyProblems(key: unknown, path: string): readonly Problem[] {
  const reason = typeof key === "string" ? whyNotAllowed(key) : undefined;
  return reason === undefined ? [] : [{ path, reason }];
}

function requirementProblems(requirement: Partial<RequirementSpec>, path: string): readonly Problem[] {
  const { key, operator, values, minValues } = requirement;
  const reason = valueProblem(operator, values, minValues);
  return [
    ...keyProblems(key, `${path}.key`),
    ...(reason === undefined ? [] : [{ path: `${path}.values`, reason: `${reason} (operator ${operator ?? ""})` }]),
  ];
}

function valueProblem(operator: unknown, values: unknown, minValues: unknown): string | undefined {
  if (typeof operator !== "string" || (values !== undefined && !Array.isArray(values))) return undefined;
  const given: readonly unknown[] = values ?? [];
  if (operator === "In") return tooFew(given.length, minValues);
  return takesNumber.includes(operator) && !isOneNumber(given)
    ? "must be one whole number, not negative, as text"
    : undefined;
}

function tooFew(count: number, minValues: unknown): string | undefined {
  if (count === 0) return "must name at least one value";
  return typeof minValues === "number" && count < minValues
    ? `must name at least ${minValues} values, as minValues asks`
    : undefined;
}

const takesNumber = ["Gt", "Lt", "Gte", "Lte"];

const isOneNumber = (values: readonly unknown[]): boolean =>
  values.length === 1 && typeof values[0] === "string" && /^[0-9]+$/.test(values[0]);
