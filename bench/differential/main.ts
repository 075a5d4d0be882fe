/** `npm run differential`: plans random problems beside the peer and says where the plans differ. */
import { Command, InvalidArgumentError } from "commander";
import { randomProblem } from "#support/random-problem";
import { type Peer, startPeer } from "../peer/peer";
import { compareWith } from "./ask";
import type { Comparison, Difference } from "./compare";
import { explanationOf, explanations, unexplainedIn } from "./explanations";
import { record } from "./recording";
import { reportOf } from "./report";
import { shrunk } from "./shrink";

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly record: boolean;
  readonly shown: number;
}

const number = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("it has to be a whole number, such as 2000");
  return Number(text);
};

const program = new Command("differential")
  .description("Plans random problems beside the peer and says where the plans differ.")
  .option("--count <number>", "how many problems", number, 2000)
  .option("--seed <number>", "the first problem's seed; the others follow", number, 1)
  .option("--shown <number>", "how many unexplained differences to shrink and print", number, 3)
  .option("--record", "write the peer's answers down for the tests, instead of comparing", false)
  .action(async (options: Options) => {
    const peer = await startPeer();
    try {
      process.exitCode = options.record ? await record(peer, options) : await compareAll(peer, options);
    } finally {
      await peer.stop();
    }
  });

/** What was seen of one seed. */
interface Seen {
  readonly seed: number;
  readonly comparison: Comparison;
  readonly unexplained: readonly Difference[];
}

async function compareAll(peer: Peer, { count, seed: first, shown }: Options): Promise<number> {
  const seen: Seen[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const comparison = await compareWith(peer, randomProblem(seed));
    seen.push({ seed, comparison, unexplained: unexplainedIn(comparison) });
  }
  summarize(seen);
  const open = seen.filter(({ unexplained }) => unexplained.length > 0);
  for (const each of open.slice(0, shown)) await show(peer, each);
  return open.length === 0 ? 0 : 1;
}

function summarize(seen: readonly Seen[]): void {
  const times = (has: (each: Seen) => boolean): number => seen.filter(has).length;
  const open = seen.filter(({ unexplained }) => unexplained.length > 0);
  console.log(`${seen.length} problems`);
  console.log(`  ${times(({ comparison }) => comparison.differences.length === 0)} without a difference`);
  console.log(`  ${times(({ comparison }) => comparison.onlyOurs.length > 0)} in which only we place some pod`);
  console.log(`  ${times(({ comparison }) => comparison.peerViolations.length > 0)} in which the peer breaks a rule`);
  for (const { id, what } of explanations) {
    const explained = times(({ comparison }) =>
      comparison.differences.some((difference) => explanationOf(difference, comparison) === id),
    );
    if (explained > 0) console.log(`  ${explained} explained by ${id}: ${what}`);
  }
  console.log(`  ${open.length} unexplained`);
  for (const { seed, unexplained } of open)
    console.log(`    seed ${seed}: ${unexplained[0]?.kind ?? ""}: ${unexplained[0]?.text ?? ""}`);
}

/** The smallest problem with the first unexplained difference, or another of its kind. */
async function show(peer: Peer, { seed, comparison, unexplained }: Seen): Promise<void> {
  const kind = unexplained[0]?.kind;
  const smallest = await shrunk(comparison.problem, async (problem) =>
    unexplainedIn(await compareWith(peer, problem)).some((each) => each.kind === kind),
  );
  console.log(`\n--- seed ${seed}\n${reportOf(await compareWith(peer, smallest))}`);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
