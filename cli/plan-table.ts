import { keyOf } from "../controller/api/kube-object";
import type { Pod } from "../controller/api/pod";
import { toNumber } from "../controller/api/quantity";
import type { Plan, PlannedNode } from "../controller/scheduling/plan";
import { hourlyPrice, waitsForReservation } from "./plan-report";
import type { PricedPlace } from "../catalog/place";
import { money, priceNote } from "../catalog/prices";
import { left, right, table } from "./table";
import { styled, type Terminal } from "./terminal";

export interface PlanView {
  /** One for each round. */
  readonly seconds: readonly number[];
  readonly place: Pick<PricedPlace, "region" | "pricedAs">;
  readonly terminal: Terminal;
}

/** A plan as people read it. */
export function planTable(plan: Plan, view: PlanView): string {
  const parts = [newNodes(plan, view), existingNodes(plan, view), unschedulable(plan, view), deferred(plan, view)];
  return [...parts, summary(plan, view)].filter((part) => part !== "").join("\n");
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

const title = (text: string, { terminal }: PlanView): string => `${styled(terminal, "bold", text)}\n`;

/** Items with one key, in the order in which the keys first came. */
function grouped<T>(items: readonly T[], keyOfItem: (item: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOfItem(item));
    if (group === undefined) groups.set(keyOfItem(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

const columns = [
  right("nodes"),
  left("type"),
  left("zone"),
  left("capacity"),
  left("pool"),
  right("price/h"),
  right("pods"),
  right("cpu"),
  right("memory"),
];

/** Nodes that are bought alike in one row, the dearest rows first. */
function newNodes({ newNodes: nodes }: Plan, view: PlanView): string {
  if (nodes.length === 0) return "";
  const groups = grouped(nodes, ({ pool, cheapest: { instanceType, offering } }) =>
    [pool.metadata.name, instanceType, offering.zone, offering.capacityType, offering.price].join(" "),
  );
  const rows = [...groups].sort((a, b) => costOf(b) - costOf(a)).map((group) => rowOf(group, view));
  return title("New nodes", view) + table(columns, rows, view.terminal);
}

const costOf = (group: readonly PlannedNode[]): number =>
  group.reduce((total, { cheapest }) => total + cheapest.offering.price, 0);

function rowOf(group: readonly [PlannedNode, ...PlannedNode[]], { place }: PlanView): readonly string[] {
  const [{ pool, cheapest }] = group;
  const { zone, capacityType, price } = cheapest.offering;
  const pods = group.reduce((total, node) => total + node.pods.length, 0);
  return [
    ...[String(group.length), cheapest.instanceType, zone, capacityType, pool.metadata.name, money(price, place)],
    ...[String(pods), use(group, "cpu"), use(group, "memory")],
  ];
}

/** How much of what the nodes have is asked for, daemons included. */
function use(group: readonly PlannedNode[], resource: "cpu" | "memory"): string {
  const asked = group.map(({ requests }) => toNumber(requests[resource] ?? "0"));
  const had = group.map(({ instanceTypes, cheapest }) => {
    const type = instanceTypes.find(({ name }) => name === cheapest.instanceType);
    return toNumber(type?.allocatable[resource] ?? "0");
  });
  const total = sum(had);
  return total === 0 ? "–" : `${Math.round((100 * sum(asked)) / total)}%`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function existingNodes({ existing }: Plan, view: PlanView): string {
  if (existing.size === 0) return "";
  const rows = [...existing].map(([node, pods]) => [node, String(pods.length), namesOf(pods)]);
  return (
    title("Existing nodes that take pods", view) + table([left("node"), right("pods"), left("")], rows, view.terminal)
  );
}

const NAMES_SHOWN = 3;

function namesOf(pods: readonly Pod[]): string {
  const shown = pods.slice(0, NAMES_SHOWN).map(keyOf).join(", ");
  return pods.length > NAMES_SHOWN ? `${shown} and ${pods.length - NAMES_SHOWN} more` : shown;
}

/** Pods that cannot be placed, those with one reason together, the most first. */
function unschedulable({ unschedulable: refused }: Plan, view: PlanView): string {
  if (refused.length === 0) return "";
  const groups = [...grouped(refused, ({ reason }) => reason)].sort((a, b) => b.length - a.length);
  const texts = groups.map((group) => {
    const pods = group.map(({ pod }) => pod);
    const head = styled(view.terminal, "red", counted(pods.length, "pod"));
    return `  ${head}: ${namesOf(pods)}\n${wrapped(group[0].reason, view.terminal.columns)}`;
  });
  return title("Pods that cannot be placed", view) + texts.join("");
}

function deferred({ deferred: pods }: Plan, view: PlanView): string {
  if (pods.length === 0) return "";
  const head = styled(view.terminal, "bold", counted(pods.length, "pod"));
  const reason = wrapped(waitsForReservation, view.terminal.columns);
  return `${title("Pods that wait for the next plan", view)}  ${head}: ${namesOf(pods)}\n${reason}`;
}

const INDENT = "    ";

function wrapped(text: string, columns: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length + INDENT.length <= columns || line === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => `${INDENT}${line}\n`).join("");
}

function summary(plan: Plan, view: PlanView): string {
  const { newNodes: nodes, existing } = plan;
  const onNew = sum(nodes.map(({ pods }) => pods.length));
  const onOld = sum([...existing.values()].map((pods) => pods.length));
  const refused = plan.unschedulable.length;
  const parts = [
    `${counted(nodes.length, "new node")} for ${counted(onNew, "pod")}`,
    ...(onOld > 0 ? [`${counted(onOld, "pod")} on existing nodes`] : []),
    ...(refused > 0 ? [`${counted(refused, "pod")} not placed`] : []),
    ...(plan.deferred.length > 0 ? [`${counted(plan.deferred.length, "pod")} waiting`] : []),
  ];
  const price = styled(view.terminal, "bold", `${money(hourlyPrice(plan), view.place)} per hour`);
  return `${parts.join(", ")}: ${price}\n${priceNote(view.place)}${solveTimes(view)}`;
}

function solveTimes({ seconds, terminal }: PlanView): string {
  const inOrder = [...seconds].sort((a, b) => a - b);
  const median = inOrder[Math.floor(inOrder.length / 2)] ?? 0;
  const text =
    seconds.length === 1
      ? `planned in ${time(median)}`
      : `planned ${seconds.length} times, in ${time(median)} (${time(inOrder[0] ?? 0)} to ${time(inOrder.at(-1) ?? 0)})`;
  return `${styled(terminal, "dim", text)}\n`;
}

const time = (seconds: number): string =>
  seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
