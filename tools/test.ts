/**
 * `npm test`: everything, two jobs side by side, and one line at the end that counts. A job's output is
 * printed whole once it is over, so that what failed can be read in one piece. `npm test -- e2e` runs only the
 * jobs whose name begins so.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { buildEngines } from "../sandbox/engines/engines";
import { Progress } from "../sandbox/engines/progress";

interface Job {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Result {
  readonly job: Job;
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
}

const SIDE_BY_SIDE = 2;
const root = join(__dirname, "..");

const script = (name: string): Job => ({ name, command: "npm", args: ["run", "--silent", name] });

const mocha = (name: string, ...files: readonly string[]): Job => ({
  name,
  command: "mocha",
  args: ["--forbid-only", "--forbid-pending", ...files],
});

/** Each walk-through has a sandbox of its own, so each is a job of its own. */
const walkthroughs = (): readonly Job[] =>
  readdirSync(join(root, "test/e2e"))
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => mocha(`e2e ${basename(file, ".test.ts")}`, `test/e2e/${file}`));

/** The long ones early, so that none is left alone at the end. */
const jobs: readonly Job[] = [
  script("types"),
  script("boundaries"),
  mocha("plugins kubernetes", "test/sandbox/plugins/kubernetes/*.test.ts"),
  mocha("unit", "test/{bench,catalog,cli,components,contract,controller,plan-checker,tools}/**/*.test.ts"),
  mocha("policies", "test/policies/*.test.ts"),
  ...walkthroughs(),
  mocha("plugins", "test/sandbox/plugins/*.test.ts", "test/sandbox/plugins/{aws,eks}/*.test.ts"),
  mocha("sandbox", "test/sandbox/*/*.test.ts"),
  script("lint"),
  script("format"),
];

async function main(wanted: readonly string[]): Promise<number> {
  const chosen = jobs.filter(({ name }) => wanted.length === 0 || wanted.some((each) => name.startsWith(each)));
  if (chosen.length === 0) throw new Error(`no such job: there are ${jobs.map(({ name }) => name).join(", ")}`);
  await buildEngines(new Progress(process.stderr).report);
  const waiting = [...chosen];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) results.push(await run(job));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return conclude(results);
}

async function run(job: Job): Promise<Result> {
  const startedAt = performance.now();
  console.log(`▶ ${job.name}`);
  const { code, output } = await outputOf(job);
  const ok = code === 0;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log([output.trimEnd(), `${ok ? "✔" : "✘"} ${job.name} (${seconds} s)`, ""].join("\n").trimStart());
  return { job, ok, ...(countsIn(output) ?? { passed: Number(ok), failed: Number(!ok) }) };
}

function outputOf({ command, args }: Job): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

/** Mocha's closing line. A check has none and counts as one; so does a run that ended before it had counted. */
function countsIn(output: string): { readonly passed: number; readonly failed: number } | undefined {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(output) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}

function conclude(results: readonly Result[]): number {
  const broken = results.filter(({ ok }) => !ok).map(({ job }) => job.name);
  const sum = (field: "passed" | "failed"): number => results.reduce((total, result) => total + result[field], 0);
  if (broken.length > 0) console.log(`failed: ${broken.join(", ")}`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return broken.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
