/** `npm run permissions`: writes docs/permissions.md out of the controller's policies and the calls that need them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { calls, unused } from "../controller/contract/calls";
import type { Conditions, PolicyScope, Statement } from "../controller/contract/permissions";
import { controllerPolicies } from "../controller/contract/permissions";

export const permissionsPage = join(__dirname, "..", "docs", "permissions.md");

const example: PolicyScope = {
  partition: "PARTITION",
  region: "REGION",
  account: "ACCOUNT",
  cluster: "CLUSTER",
  nodeRoleArn: "NODE_ROLE",
  queueArn: "QUEUE",
};

/** The page as it should be. */
export function permissions(): string {
  const policies = Object.entries(controllerPolicies);
  return [
    "# What the controller may do in AWS",
    "",
    "The controller's role has the six policies that Karpenter publishes, each statement with the same actions, resources and",
    "conditions; a test holds them against a record of the published ones. Made by `npm run permissions`.",
    "",
    "Capitals stand for what is the stack's own. In every partition, and for the longest name of a cluster, each policy is within",
    "IAM's 6,144 characters; names that would be longer than IAM allows are cut and end in a digest.",
    ...policies.flatMap(([name, statements]) => [
      "",
      `## ${name}`,
      "",
      "| statement | actions | on | only where |",
      "| --- | --- | --- | --- |",
      ...statements(example).map(row),
    ]),
    "",
    "## Differences from the published policies",
    "",
    "None in a statement. Around them:",
    "",
    "- `KarpenterControllerInterruptionPolicy` is made where there is a queue.",
    "- The role trusts the controller's service account alone: by the cluster's OIDC provider with audience and subject, or by EKS",
    "  Pod Identity with the account and the cluster as source.",
    "- With `identity.permissionsBoundary` the role may do what both its policies and the boundary allow.",
    "",
    "## The requests that take them",
    "",
    "A test holds this table against the code: a request that is not here fails it, and so does an action that no request takes.",
    "",
    "| request | actions |",
    "| --- | --- |",
    ...Object.entries(calls).map(([operation, actions]) => `| ${operation} | ${codes(actions)} |`),
    "",
    "## Allowed, but not taken",
    "",
    "| action | why it stays |",
    "| --- | --- |",
    ...Object.entries(unused).map(([action, reason]) => `| \`${action}\` | ${reason} |`),
    "",
  ].join("\n");
}

const codes = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(", ");
const row = ({ sid, actions, resources, conditions = {} }: Statement): string =>
  `| ${sid} | ${codes(actions)} | ${codes(resources)} | ${conditionsOf(conditions)} |`;

const conditionsOf = (conditions: Conditions): string =>
  Object.entries(conditions)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => `\`${key}\` ${operator} ${codes([values].flat())}`),
    )
    .join("; ");

if (require.main === module)
  writeFile(permissionsPage, permissions()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
