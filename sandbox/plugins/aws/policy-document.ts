import type { GetPolicyDocumentArgs, GetPolicyDocumentResult } from "@pulumi/aws/iam/getPolicyDocument";

type Given = NonNullable<GetPolicyDocumentArgs["statements"]>[number];
type Principals = NonNullable<Given["principals"]>;

interface Statement {
  readonly Sid?: string;
  readonly [field: string]: unknown;
}
interface Document {
  readonly Id?: string;
  readonly Version?: string;
  readonly Statement?: Statement | readonly Statement[];
}

/**
 * Writes a policy document: the sources, then the statements, then the overrides; of statements with one Sid the last
 * stands (https://www.pulumi.com/registry/packages/aws/api-docs/iam/getpolicydocument).
 */
export function policyDocument(args: GetPolicyDocumentArgs): GetPolicyDocumentResult {
  const { sourcePolicyDocuments = [], overridePolicyDocuments = [] } = args;
  const sources = sourcePolicyDocuments.flatMap(statementsOf);
  const overrides = overridePolicyDocuments.flatMap(statementsOf);
  const statements = lastBySid([...sources, ...(args.statements ?? []).map(written), ...overrides]);
  const document = {
    Version: args.version ?? "2012-10-17",
    ...(args.policyId && { Id: args.policyId }),
    ...(statements.length > 0 && { Statement: statements }),
  };
  const minifiedJson = JSON.stringify(document);
  return { ...args, id: "policy", json: JSON.stringify(document, undefined, 2), minifiedJson };
}

function statementsOf(json: string): readonly Statement[] {
  const { Statement = [] } = JSON.parse(json) as Document;
  return Array.isArray(Statement) ? (Statement as readonly Statement[]) : [Statement as Statement];
}

function lastBySid(statements: readonly Statement[]): Statement[] {
  const last = new Map(statements.map((statement, index) => [statement.Sid ?? index, statement]));
  return [...last.values()];
}

function written(given: Given): Statement {
  const { sid, effect = "Allow", actions, notActions, resources, notResources, conditions = [] } = given;
  return {
    ...(sid && { Sid: sid }),
    Effect: effect,
    ...field("Action", actions),
    ...field("NotAction", notActions),
    ...field("Resource", resources),
    ...field("NotResource", notResources),
    ...(given.principals && { Principal: principals(given.principals) }),
    ...(given.notPrincipals && { NotPrincipal: principals(given.notPrincipals) }),
    ...(conditions.length > 0 && { Condition: conditionsOf(conditions) }),
  };
}

/** One value stands alone, several in order: IAM's own way of writing them. */
const oneOrMore = (values: readonly string[]): string | readonly string[] | undefined =>
  values.length === 1 ? values[0] : [...values].sort();

const field = (name: string, values: readonly string[] | undefined): Record<string, unknown> =>
  values && values.length > 0 ? { [name]: oneOrMore(values) } : {};

function principals(given: Principals): unknown {
  if (given.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(given.map(({ type, identifiers }) => [type, oneOrMore(identifiers)]));
}

function conditionsOf(given: NonNullable<Given["conditions"]>): Record<string, Record<string, unknown>> {
  const tests: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of given) tests[test] = { ...tests[test], [variable]: oneOrMore(values) };
  return tests;
}
