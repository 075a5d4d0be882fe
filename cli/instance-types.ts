import { type Command, InvalidArgumentError, Option } from "commander";
import { readCatalog } from "../catalog/ec2-catalog";
import { typesOf } from "../catalog/market";
import type { PricedPlace } from "../catalog/place";
import { money, priceNote } from "../catalog/prices";
import type { AmiFamily, EC2NodeClass } from "../controller/api/ec2-node-class";
import type { Labels, ResourceList } from "../controller/api/kube-object";
import type { Operator, RequirementSpec } from "../controller/api/requirement";
import { normalized, suggestionFor, wellKnown } from "../controller/api/well-known";
import { families } from "../controller/providers/ami-family";
import { meets, offeringsFor, wishesOf } from "../controller/providers/compatibility";
import type { InstanceType, Offering } from "../controller/scheduling/instance-type";
import { settledLabels } from "./launched-claim";
import { problemWithValues } from "./object-problems";
import { placeOf, type PlaceOptions, withPlace } from "./place";
import { left, right, table } from "./table";
import type { Terminal } from "./terminal";

interface InstanceTypesOptions extends PlaceOptions {
  readonly amiFamily: AmiFamily;
  readonly maxPods?: number;
  readonly requirement: readonly RequirementSpec[];
  readonly output: "table" | "json";
}

/** A type as programs read it; quantities as Kubernetes writes them. */
export interface TypeReport {
  readonly labels: Labels;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly offerings: readonly Pick<Offering, "zone" | "capacityType" | "price">[];
}

const help = `
A requirement is written like those of a NodePool, and may be given several times:

  --requirement 'karpenter.k8s.aws/instance-category In c,m,r'
  --requirement 'karpenter.k8s.aws/instance-cpu Gte 16'
  --requirement 'karpenter.k8s.aws/instance-gpu-name Exists'`;

export function addInstanceTypes(program: Command, terminal: Terminal): void {
  withPlace(
    program
      .command("instance-types")
      .summary("what instance types offer to pods, and at what price")
      .description("Shows instance types as the controller sees them: labels, capacity, allocatable, offerings."),
  )
    .addOption(
      new Option("--ami-family <family>", "how nodes boot").argParser(amiFamily).default("AL2023" satisfies AmiFamily),
    )
    .addOption(new Option("--max-pods <n>", "the kubelet's maxPods").argParser(podCount))
    .addOption(
      new Option("--requirement <key op values>", "only types that meet it")
        .argParser(requirement)
        .default([], "all types"),
    )
    .addOption(new Option("--output <format>", "how to print them").choices(["table", "json"]).default("table"))
    .addHelpText("after", help)
    .action((options: InstanceTypesOptions) => {
      instanceTypes(options, terminal);
    });
}

function amiFamily(text: string): AmiFamily {
  const names = Object.keys(families) as AmiFamily[]; // the keys of the table are its type
  const family = names.find((name) => name.toLowerCase() === text.toLowerCase());
  if (family === undefined) throw new InvalidArgumentError(`It must be one of ${names.join(", ")}.`);
  return family;
}

function podCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

const operators: readonly Operator[] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Gte", "Lt", "Lte"];

/** One more requirement, as `key op value,value`. */
function requirement(text: string, before: readonly RequirementSpec[]): readonly RequirementSpec[] {
  const [name = "", written = "", ...rest] = text.trim().split(/\s+/);
  const operator = operators.find((each) => each === written);
  if (operator === undefined)
    throw new InvalidArgumentError(
      `It must be a key, one of ${operators.join(", ")}, and values with commas between them.`,
    );
  const key = normalized(name);
  if (!wellKnown.has(key)) throw new InvalidArgumentError(`No instance type has a label ${name}${hint(name)}`);
  const values = rest
    .join("")
    .split(",")
    .filter((value) => value !== "");
  const problem = problemWithValues[operator](values);
  if (problem !== undefined) throw new InvalidArgumentError(`The values of ${operator} ${problem}.`);
  return [...before, { key, operator, ...(values.length > 0 && { values }) }];
}

function hint(key: string): string {
  const suggestion = suggestionFor(key);
  return suggestion === undefined ? "." : `; did you mean ${suggestion}?`;
}

function instanceTypes(options: InstanceTypesOptions, terminal: Terminal): void {
  const catalog = readCatalog(options.catalog);
  const place = placeOf(options, catalog);
  const wishes = wishesOf(options.requirement);
  const found = typesOf(classOf(options), catalog, place)
    .filter(({ requirements }) => meets(wishes, requirements))
    .map((type) => ({ type, offerings: offeringsFor(wishes, type) }))
    .filter(({ offerings }) => offerings.length > 0 || !asksForOffering(options.requirement));
  const report = Object.fromEntries(found.map(({ type, offerings }) => [type.name, reportOf(type, offerings)]));
  if (options.output === "json") terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else terminal.out(typesTable(report, { place, terminal }));
}

/** Whether a requirement is about how machines are sold, so that a type which is not sold so does not meet it. */
const asksForOffering = (requirements: readonly RequirementSpec[]): boolean =>
  requirements.some(({ key }) => ["topology.kubernetes.io/zone", "karpenter.sh/capacity-type"].includes(key));

const classOf = ({ amiFamily: family, maxPods }: InstanceTypesOptions): EC2NodeClass => ({
  metadata: { name: "default" },
  spec: {
    ...{ amiFamily: family, amiSelectorTerms: [], subnetSelectorTerms: [], securityGroupSelectorTerms: [] },
    ...(maxPods !== undefined && { kubelet: { maxPods } }),
  },
});

const reportOf = (
  { requirements, capacity, allocatable }: InstanceType,
  offerings: readonly Offering[],
): TypeReport => ({
  labels: settledLabels(requirements),
  ...{ capacity, allocatable },
  offerings: offerings.map(({ zone, capacityType, price }) => ({ zone, capacityType, price })),
});

const columns = [
  left("type"),
  left("arch"),
  right("cpu"),
  right("memory"),
  right("pods"),
  left("others"),
  right("from/h"),
  left("sold as"),
  left("in"),
];

interface TypesView {
  readonly place: PricedPlace;
  readonly terminal: Terminal;
}

/** The cheapest first; types that are not sold last. */
function typesTable(report: Readonly<Record<string, TypeReport>>, { place, terminal }: TypesView): string {
  const rows = Object.entries(report)
    .map(([name, type]) => ({ name, type, price: Math.min(...type.offerings.map(({ price }) => price)) }))
    .sort((a, b) => (a.price === b.price ? 0 : a.price < b.price ? -1 : 1))
    .map(({ name, type, price }) => rowOf(name, type, price === Infinity ? "–" : money(price, place)));
  const sold = rows.length === 1 ? "1 instance type" : `${rows.length} instance types`;
  return `${rows.length === 0 ? "" : table(columns, rows, terminal)}${sold}; cpu and memory are what is allocatable\n${priceNote(place)}`;
}

/** What every type has. */
const ordinary: ReadonlySet<string> = new Set(["cpu", "memory", "pods", "ephemeral-storage"]);

function rowOf(name: string, { labels, allocatable, offerings }: TypeReport, price: string): readonly string[] {
  const { cpu = "", memory = "", pods = "" } = allocatable;
  const others = Object.entries(allocatable).filter(([resource]) => !ordinary.has(resource));
  const distinct = (values: readonly string[]): string => [...new Set(values)].sort().join(", ");
  return [
    ...[name, labels["kubernetes.io/arch"] ?? "", cpu, memory, pods],
    others.map(([resource, amount]) => `${resource} ${amount}`).join(", "),
    price,
    distinct(offerings.map(({ capacityType }) => capacityType)),
    distinct(offerings.map(({ zone }) => zone.replace(/^.*-\d+/, ""))),
  ];
}
