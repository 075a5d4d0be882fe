import { writeFileSync } from "node:fs";
import { boundOf } from "./bound";
import { type Case, casesOf } from "./measure/case";
import type { Row } from "./measure/outcome";
import { measurePasses } from "./measure/passes";
import { solveOurselves } from "./measure/own-planner";
import { askPeer } from "./measure/peer-planner";
import { commandLine, type Options } from "./options";
import { buildPeer } from "./peer/build";
import { chartOf } from "./report/chart";
import { write } from "./report/formats";
import { thisMachine } from "./report/machine";
import { scenarios } from "./scenarios";

/** One case after the other, so that nothing that is timed shares the machine with anything else. */
async function run(options: Options): Promise<void> {
  if (options.list) {
    for (const { name, about, sizes } of scenarios) console.log(`${name}: ${about}; pods: ${sizes.join(", ")}`);
    return;
  }
  const cases = casesOf(scenarios, { names: options.scenario, sizes: options.size });
  if (options.peer) await buildPeer();
  const rows: Row[] = [];
  for (const [index, each] of cases.entries()) {
    console.error(`${index + 1} of ${cases.length}: ${each.scenario.name}, ${each.pods} pods`);
    rows.push(await measure(each, options));
  }
  const passes = options.scenario.length === 0 ? await measurePasses() : [];
  console.log(write[options.output]({ machine: thisMachine(), rows, passes }));
  if (options.chart !== undefined) writeFileSync(options.chart, chartOf(rows));
  if (rows.some(({ ours }) => ours.violations.length > 0)) process.exitCode = 1;
}

async function measure({ scenario, pods }: Case, { repeat, peer, peerLimit }: Options): Promise<Row> {
  const which = { scenario: scenario.name, pods };
  const ours = await solveOurselves({ ...which, repeat });
  const { price, nodes, unplaceable } = await boundOf(scenario.problem(pods));
  return {
    ...which,
    ours,
    bound: { price, nodes, unplaceable },
    peer: peer ? await askPeer(which, peerLimit) : undefined,
  };
}

async function main(): Promise<void> {
  const command = commandLine();
  command.parse();
  try {
    await run(command.opts<Options>());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    command.error(`error: ${error.message}`, { exitCode: 2 });
  }
}

void main();
