/** `npm run policies`: writes docs/policies.md out of the rules. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Option, Rule } from "../policies/rule";
import { classRules, poolRules, stackRules } from "../policies/rules";

const root = join(__dirname, "..");
export const page = join(root, "docs", "policies.md");

type Described = Pick<Rule<never, object>, "name" | "description" | "severity" | "level"> & {
  readonly options: Readonly<Record<string, Option<unknown>>>;
  readonly examples: { readonly refused: unknown; readonly allowed: unknown };
  readonly remedy?: unknown;
  readonly admission?: unknown;
};

const groups: readonly { readonly title: string; readonly rules: readonly Described[] }[] = [
  { title: "Of pools", rules: poolRules },
  { title: "Of classes", rules: classRules },
  { title: "Of a stack", rules: stackRules },
];

/** The page as it should be. */
export const policiesPage = (): string =>
  [
    introduction,
    ...groups.map(({ title, rules }) => [`## ${title}`, table(rules), ...rules.map(section)].join("\n\n")),
    "",
  ].join("\n\n");

const introduction = `# Rules for pools and classes

Made by \`npm run policies\` from [policies/rules.ts](../policies/rules.ts).

## In a stack

\`\`\`
pulumi preview --policy-pack node_modules/pulumi-karpenter/policies/pack
pulumi up --policy-pack node_modules/pulumi-karpenter/policies/pack --policy-pack-config rules.json
\`\`\`

A rule that is mandatory refuses, one that is advisory warns. They look at every NodePool and EC2NodeClass that the
stack makes, by this package's components or by any other means of the kubernetes provider. A value that a preview does
not know yet is given the benefit of the doubt, and the rest of the object is looked at; \`up\` asks again when all is
known. Under \`remediate\`, rules that can mend do so before anything is made.

The configuration is a file by the rules' names; \`all\` stands for those that say no level themselves:

\`\`\`json
{
  "all": "mandatory",
  "imds-hops": "disabled",
  "encrypted-volumes": "remediate",
  "image-pinned": { "stacks": "^(live|prod)" },
  "total-ceiling": { "enforcementLevel": "advisory", "most": { "cpu": "400" } }
}
\`\`\`

A pack of your own takes the rules in beside yours:
[examples/policy-pack](../examples/policy-pack).

## For everybody else

\`admission: true\` of \`Karpenter\`, or the component \`AdmissionRules\` by itself, tells the API server the same rules, as
ValidatingAdmissionPolicies (Kubernetes 1.30 or newer). They hold for objects by kubectl, Helm or a GitOps tool too:

\`\`\`ts
new AdmissionRules("rules", { rules: { "limits-set": { resources: ["cpu", "memory"] }, "tags-set": "disabled" } });
\`\`\`

A mandatory rule denies, an advisory one warns, and the API server mends nothing: \`remediate\` denies. What \`nodePools\`
of the same \`Karpenter\` would be denied is refused in the preview. Only a new object and a change of a spec are looked
at, so that objects from before the rules can be labeled and deleted. The API server fills in what the definitions of the
kinds give as defaults first, among these a budget of 10% and \`expireAfter: 720h\`; a pack sees what the program says.
Rules that need to see more than one object are for stacks only, and so are those that the definitions hold already.`;

function table(rules: readonly Described[]): string {
  const rows = rules.map(({ name, description, level, remedy, admission }) =>
    ["", `[${name}](#${name})`, description, level, yes(remedy), yes(admission), ""].join(" | ").trim(),
  );
  return ["| rule | what it asks | level | mends | admission |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

const yes = (there: unknown): string => (there === undefined ? "" : "yes");

const section = ({ name, severity, options, examples }: Described): string =>
  [
    `### ${name}`,
    `Severity ${severity}.`,
    ...Object.entries(options).map(([option, each]) => `- \`${option}\`: ${optionText(each)}`),
    "Refused, as a difference to what keeps every rule, and allowed:",
    fenced(examples.refused),
    fenced(examples.allowed),
  ].join("\n\n");

const optionText = ({ description, fallback }: Option<unknown>): string =>
  `${description} Default: \`${JSON.stringify(fallback)}\`.`;

const fenced = (example: unknown): string => `\`\`\`yaml\n${stringify(shown(example)).trim()}\n\`\`\``;

/** What an example takes away is nothing in YAML either. */
function shown(example: unknown): unknown {
  if (Array.isArray(example)) return example.map(shown);
  if (typeof example !== "object" || example === null) return example;
  return Object.fromEntries(
    Object.entries(example).map(([key, value]) => [key, value === undefined ? null : shown(value)]),
  );
}

if (require.main === module)
  writeFile(page, policiesPage()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
