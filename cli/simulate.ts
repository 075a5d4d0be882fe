import { type Command, InvalidArgumentError, Option } from "commander";
import type { Plan } from "../controller/scheduling/plan";
import type { SchedulingSettings } from "../controller/scheduling/problem";
import { schedule } from "../controller/scheduling/schedule";
import { problemOf } from "../controller/simulation/problem";
import { Intentions } from "../controller/state/intentions";
import { snapshotOf } from "../controller/state/snapshot";
import { readCatalog } from "../catalog/ec2-catalog";
import { placeOf, type PlaceOptions, withPlace } from "./place";
import { planReport } from "./plan-report";
import { planTable } from "./plan-table";
import { observe, type Scenario, scenarioOf } from "./scenario";
import { readScenarioFile } from "./scenario-file";
import { objectsOf } from "./scenario-objects";
import type { Terminal } from "./terminal";

interface SimulateOptions extends PlaceOptions {
  readonly scenario: string;
  readonly ignorePreferences: boolean;
  readonly nodePrice: number;
  readonly repeat: number;
  readonly output: "table" | "json";
}

const help = `
The scenario is a YAML or JSON file (- for standard input) of Kubernetes objects: Pod, Node, NodePool, NodeClaim,
EC2NodeClass, DaemonSet, Deployment, StatefulSet, ReplicaSet, Job, PersistentVolumeClaim, PersistentVolume, StorageClass,
CSINode, Namespace, PodDisruptionBudget, NodeOverlay, and Lists of them. Pods without spec.nodeName wait for a place; so do the pods
that workloads still want. A NodePool whose class is not in the file gets Amazon Linux 2023 and a 20Gi gp3 volume.
Capacity reservations in the status of an EC2NodeClass are for sale where availableInstanceCount says how many are left.

  kubectl get nodes,pods,nodepools,ec2nodeclasses,daemonsets -A -o json > cluster.json
  pulumi-karpenter simulate --scenario cluster.json --spot 0.35

Exit code 0: there is a plan, pods that cannot be placed included. 2: bad input, said in one line.`;

export function addSimulate(program: Command, terminal: Terminal): void {
  withPlace(
    program
      .command("simulate")
      .summary("plan nodes for a cluster that a file describes")
      .description("Plans a scenario with the very scheduler that the controller runs.")
      .requiredOption("--scenario <file>", "Kubernetes objects, in YAML or JSON"),
  )
    .option("--ignore-preferences", "drop every preference of the pods before the first try", false)
    .addOption(
      new Option(
        "--node-price <price>",
        "what a node costs per hour besides its machine; weighed in planning, not part of the prices shown",
      )
        .argParser(price)
        .default(0),
    )
    .addOption(new Option("--repeat <times>", "solve so often, and time each").argParser(times).default(1))
    .addOption(new Option("--output <format>", "how to print the plan").choices(["table", "json"]).default("table"))
    .addHelpText("after", help)
    .action((options: SimulateOptions) => {
      simulate(options, terminal);
    });
}

function times(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

function price(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= 0 && value < Infinity)) throw new InvalidArgumentError("It must be a number of at least 0.");
  return value;
}

function simulate(options: SimulateOptions, terminal: Terminal): void {
  const ec2 = readCatalog(options.catalog);
  const place = placeOf(options, ec2);
  const objects = objectsOf(readScenarioFile(options.scenario), options.scenario);
  const scenario = scenarioOf(objects, options.scenario, { ec2, place });
  const settings: SchedulingSettings = {
    preferences: options.ignorePreferences ? "Ignore" : "Respect",
    minValues: "Strict",
    nodePrice: options.nodePrice,
  };
  const { plan, seconds } = solve(scenario, settings, options.repeat);
  if (options.output === "json") terminal.out(`${JSON.stringify(planReport(plan, seconds), undefined, 2)}\n`);
  else terminal.out(planTable(plan, { seconds, place, terminal }));
}

/** The first plan, and how long each took: from parsed objects to the finished plan. */
function solve(
  scenario: Scenario,
  settings: SchedulingSettings,
  repeat: number,
): { readonly plan: Plan; readonly seconds: readonly number[] } {
  const rounds = Array.from({ length: repeat }, () => {
    // Nothing of an earlier round helps the next.
    const objects = structuredClone(scenario.objects);
    const startedAt = performance.now();
    const plan = planOf({ ...scenario, objects }, settings);
    return { plan, seconds: (performance.now() - startedAt) / 1000 };
  });
  const [first] = rounds;
  if (first === undefined) throw new RangeError("there was no round");
  return { plan: first.plan, seconds: rounds.map(({ seconds }) => seconds) };
}

/** As the controller plans it. */
function planOf({ objects, catalog }: Scenario, settings: SchedulingSettings): Plan {
  const snapshot = snapshotOf(observe(objects), new Intentions());
  return schedule(problemOf(snapshot, catalog, settings));
}
