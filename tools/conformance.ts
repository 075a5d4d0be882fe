/** `npm run conformance`: writes docs/conformance.md out of the checklist and the ids in the tests' titles. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { format, resolveConfig } from "prettier";
import checklist from "../docs/checklist.json";
import differences from "../docs/peer-differences.json";

const root = join(__dirname, "..");
export const page = join(root, "docs", "conformance.md");

/** Why single lines have no test. */
const reasonsByLine: Readonly<Partial<Record<string, string>>> = {
  "BUF-024":
    "there is nothing to fill: virtual pods follow from each snapshot of the mirrors, and nothing runs before these are in sync",
  "BUF-028": "one thread, and nothing to share: virtual pods follow from each snapshot of the mirrors",
};

/** Why lines without a test have none, by group of the checklist; a line's own reason goes first. */
const reasonsByGroup: Readonly<Partial<Record<string, string>>> = {
  "Dynamic resource allocation library":
    "not built: pods with resource claims are left alone, as upstream does by default",
  "kwok DRA driver": "not built: pods with resource claims are left alone, as upstream does by default",
  Disruption: "not built yet: of the disruption methods there is emptiness, and expiration and interruption beside it",
  "End-to-end": "upstream's own suites are not run; the walk-throughs in test/e2e stand in their place",
  "Static pools": "not built yet: pools with replicas are left alone",
};
const reasonOtherwise = "no test yet";

/** Ids in a test's titles, and the file they are in: `it("SCHED-012 …")`. */
export async function coverage(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = (await readdir(join(root, "test"), { recursive: true })).filter((file) => file.endsWith(".test.ts"));
  const covered = new Map<string, Set<string>>();
  for (const file of files.sort()) {
    const path = join(root, "test", file);
    const source = await readFile(path, "utf8");
    for (const [, title = ""] of source.matchAll(/\b(?:it|describe)\(\s*["'`]([^\n]*)/g)) {
      for (const [id] of title.matchAll(/\b[A-Z0-9]+-\d{3}\b/g)) {
        covered.set(id, (covered.get(id) ?? new Set<string>()).add(relative(root, path)));
      }
    }
  }
  return new Map([...covered].map(([id, paths]) => [id, [...paths]]));
}

/** The page as it should be. */
export async function conformance(): Promise<string> {
  const covered = await coverage();
  const groups = [...new Set(checklist.map(({ group }) => group))];
  const done = checklist.filter(({ id }) => covered.has(id)).length;
  const text = [
    "# Conformance",
    "",
    "What Karpenter's own test suites verify, line by line, and which of our tests hold it; for the other lines, why there is none.",
    `A test counts when its title carries the line's id. ${done} of ${checklist.length} lines have one.`,
    "Made by `npm run conformance`.",
    ...groups.flatMap((group) => ["", `## ${group}`, "", ...tableOf(group, covered)]),
    "",
    "## Differences from the peer",
    "",
    "`npm run differential` plans random problems with our scheduler and with Karpenter's own, checks both plans against Kubernetes' rules, and stops at",
    "pods that only Karpenter places and at plans of ours that cost more. `npm test` replays 200 of its answers. Of the 2,000 problems of",
    "`npm run differential -- --count 2000 --seed 1`, with Karpenter 1.14.1, some 1,800 show no difference, and in some 215 we place a pod that Karpenter",
    "does not. None is left in which only Karpenter places a pod, or in which our plan costs more without an explanation. Karpenter takes one of equal",
    "domains by chance, and where its answer differs from ours it is asked up to 20 times: what it might have answered as well breaks no rule. Of its answers",
    "to seeds 129, 343, 487, 1058 and 1710 some are cheaper than our plan, by 2 to 18 %, and others are not. Of the next 2,000 problems (`--seed 2001`) two are",
    "unexplained: in 2308 Karpenter places a pod that we leave waiting, in 2978 its plan is cheaper. These differences it takes for right:",
    "",
    "| id | what differs | the rule that decides |",
    "| --- | --- | --- |",
    ...differences.map(
      ({ id, what, rule, reference }) => `| ${id} | ${escaped(what)} | ${escaped(rule)} ([reference](${reference})) |`,
    ),
    "",
  ].join("\n");
  return format(text, { ...(await resolveConfig(page)), parser: "markdown" });
}

const tableOf = (group: string, covered: ReadonlyMap<string, readonly string[]>): readonly string[] => [
  "| id | what | test, or why not |",
  "| --- | --- | --- |",
  ...checklist
    .filter((line) => line.group === group)
    .map(({ id, what }) => `| ${id} | ${escaped(what)} | ${testsOf(covered.get(id)) ?? reasonFor(id, group)} |`),
];

const testsOf = (paths: readonly string[] | undefined): string | undefined =>
  paths?.map((path) => `[${path.replace(/^test\//, "").replace(/\.test\.ts$/, "")}](../${path})`).join(", ");

const reasonFor = (id: string, group: string): string => reasonsByLine[id] ?? reasonsByGroup[group] ?? reasonOtherwise;

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

if (require.main === module) {
  conformance()
    .then((text) => writeFile(page, text))
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
}
