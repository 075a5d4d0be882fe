import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { PoolChoice, Problem } from "#controller/scheduling/problem";
import { randomProblem } from "#support/random-problem";
import { peerVersion } from "../peer/build";
import type { Peer, PeerPlan } from "../peer/peer";
import { answersOf } from "./ask";

const file = join(__dirname, "../../test/fixtures/peer-answers.json.br");

/** What the peer answered to one random problem. It may answer one thing or another. */
export interface Recorded {
  readonly seed: number;
  readonly problem: Problem;
  readonly answers: readonly PeerPlan[];
}

/**
 * What is written down. The problems come along, so that the answers stay answers to something when the generator
 * changes.
 */
interface Recording {
  readonly peerVersion: string;
  readonly recorded: readonly Stored[];
}

/** Pools mostly share their types, which are most of a problem: each list is kept once. */
interface Stored extends Omit<Recorded, "problem"> {
  readonly catalogues: readonly (readonly InstanceType[])[];
  readonly problem: Omit<Problem, "pools"> & {
    readonly pools: readonly (Omit<PoolChoice, "instanceTypes"> & { readonly catalogue: number })[];
  };
}

/** Writes down what the peer answers to so many problems. */
export async function record(peer: Peer, { count, seed: first }: { count: number; seed: number }): Promise<number> {
  const recorded: Stored[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const problem = randomProblem(seed);
    recorded.push({ seed, ...stored(problem), answers: await answersOf(peer, problem) });
  }
  const recording: Recording = { peerVersion, recorded };
  writeFileSync(file, brotliCompressSync(JSON.stringify(recording)));
  console.log(`${count} answers written to ${file}`);
  return 0;
}

/** The problems that were recorded, each with the peer's answers. */
export function recordedAnswers(): readonly Recorded[] {
  // Written above.
  const recording = JSON.parse(brotliDecompressSync(readFileSync(file)).toString("utf8")) as Recording;
  if (recording.peerVersion !== peerVersion)
    throw new Error(`${file} is of release ${recording.peerVersion}: npm run differential -- --record --count 200`);
  return recording.recorded.map(({ seed, answers, ...rest }) => ({ seed, problem: restored(rest), answers }));
}

function stored({ pools, ...rest }: Problem): Pick<Stored, "catalogues" | "problem"> {
  const catalogues = [...new Set(pools.map(({ instanceTypes }) => instanceTypes))];
  const numbered = pools.map(({ instanceTypes, ...pool }) => ({
    ...pool,
    catalogue: catalogues.indexOf(instanceTypes),
  }));
  return { catalogues, problem: { ...rest, pools: numbered } };
}

const restored = ({ problem: { pools, ...rest }, catalogues }: Pick<Stored, "catalogues" | "problem">): Problem => ({
  ...rest,
  pools: pools.map(({ catalogue, ...pool }) => ({ ...pool, instanceTypes: catalogues[catalogue] ?? [] })),
});
