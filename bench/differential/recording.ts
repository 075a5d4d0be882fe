import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Problem } from "#controller/scheduling/problem";
import { randomProblem } from "#support/random-problem";
import type { Peer, PeerPlan } from "../peer/peer";
import { answersOf } from "./ask";

const file = join(__dirname, "../../test/fixtures/peer-answers.json.gz");

/** What the peer answered to one random problem. */
export interface Recorded {
  readonly seed: number;
  /** Of the problem, since the generator may change. */
  readonly digest: string;
  /** It may answer one thing or another. */
  readonly answers: readonly PeerPlan[];
}

const digestOf = (problem: Problem): string =>
  createHash("sha256").update(JSON.stringify(problem)).digest("hex").slice(0, 16);

/** Writes down what the peer answers to so many problems. */
export async function record(peer: Peer, { count, seed: first }: { count: number; seed: number }): Promise<number> {
  const recorded: Recorded[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const problem = randomProblem(seed);
    recorded.push({ seed, digest: digestOf(problem), answers: await answersOf(peer, problem) });
  }
  writeFileSync(file, gzipSync(JSON.stringify(recorded), { level: 9 }));
  console.log(`${count} answers written to ${file}`);
  return 0;
}

/** The problems that were recorded, each with the peer's answer. */
export function recordedAnswers(): readonly {
  readonly seed: number;
  readonly problem: Problem;
  readonly answers: readonly PeerPlan[];
}[] {
  // Written above.
  const recorded = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as readonly Recorded[];
  return recorded.map(({ seed, digest, answers }) => {
    const problem = randomProblem(seed);
    if (digestOf(problem) !== digest)
      throw new Error(`problem ${seed} is another one than was recorded: npm run differential -- --record --count 200`);
    return { seed, problem, answers };
  });
}
