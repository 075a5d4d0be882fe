import { untolerated } from "../api/pod-state";
import type { Taint } from "../api/kube-object";
import type { Backlog } from "./backlog";
import { describePort, isPort } from "./host-ports";
import type { PoolPlan } from "./pool-plan";
import type { Wish } from "./wish";
import type { PoolChoice } from "./problem";
import { conflictWithMachine, conflictWithTemplate, machineSuits, requirementsOf } from "./requirements";
import { offered, type Machine } from "./template";
import { at, type Dimensions } from "./vector";

/** A pool as it was given and as it was planned. */
export interface PoolView {
  readonly choice: PoolChoice;
  readonly plan: PoolPlan;
}

/** One readable line: why no pool could take the pod. The last wish says most, since it asks for least. */
export function explain(
  { podClass, ...backlog }: Pick<Backlog, "podClass" | "requests">,
  views: readonly PoolView[],
  dimensions: Dimensions,
): string {
  const wish = podClass.aims.at(-1)?.wish;
  if (wish === undefined) return "its required node affinity has no term that could match";
  if (views.length === 0) return "no node has room and no pool is ready to add one";
  const reasons = views.map(
    (view) => `${view.plan.template.pool.metadata.name}: ${reasonOf(view, { wish, ...backlog }, dimensions)}`,
  );
  return `no node has room and no pool can add one. ${reasons.join(". ")}`;
}

interface Asked extends Pick<Backlog, "requests"> {
  readonly wish: Wish;
}

function reasonOf({ choice, plan }: PoolView, asked: Asked, dimensions: Dimensions): string {
  const { taints, requirements } = plan.template;
  const taint = untolerated(taints, asked.wish.tolerations);
  if (taint !== undefined) return `taint ${describeTaint(taint)} is not tolerated`;
  const conflict = conflictWithTemplate(requirements, asked.wish.requirements);
  if (conflict !== undefined) return conflict.reason;
  if (choice.instanceTypes.length === 0) return "its class has no instance types";

  const tally = excludedByPool({ choice, plan });
  const open = plan.template.machines.filter((machine) =>
    count(tally, exclusionOf(machine, plan, { asked, dimensions })),
  );
  const excluded = [...tally].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const parts = excluded.map(
    ([by, types], i) => `${types}${i === 0 ? (types === 1 ? " type" : " types") + " excluded" : ""} by ${by}`,
  );
  return [parts.join(", "), open.length > 0 ? limitReached(plan, open, dimensions) : ""]
    .filter((part) => part !== "")
    .join("; ");
}

/** Counts one exclusion; true when there is none. */
function count(tally: Map<string, number>, by: string | undefined): boolean {
  if (by !== undefined) tally.set(by, (tally.get(by) ?? 0) + 1);
  return by === undefined;
}

/** Types that the pool itself rules out. */
function excludedByPool({ choice, plan }: PoolView): Map<string, number> {
  const tally = new Map<string, number>();
  for (const { requirements } of choice.instanceTypes) {
    const conflict = conflictWithMachine(requirementsOf(requirements), plan.template.requirements);
    if (conflict !== undefined) count(tally, `the pool's ${shortName(conflict.key)}`);
  }
  return tally;
}

function exclusionOf(
  machine: Machine,
  plan: PoolPlan,
  { asked, dimensions }: { asked: Asked; dimensions: Dimensions },
): string | undefined {
  const conflict = conflictWithMachine(machine.requirements, asked.wish.requirements);
  if (conflict !== undefined) return shortName(conflict.key);
  const shortage = dimensions.shortage(machine.room, asked.requests);
  if (shortage !== undefined) return isPort(shortage) ? describePort(shortage) : shortage;
  const offers = plan.template.offers.filter((offer) => offer.machine === machine);
  const suitable = offers.some((offer) =>
    [...asked.wish.requirements.values()].every((wanted) => machineSuits(offered(offer, wanted.key), wanted)),
  );
  return suitable ? undefined : "having no available offering";
}

/** Machines would do, but the pool may not have them. */
function limitReached(plan: PoolPlan, machines: readonly Machine[], dimensions: Dimensions): string {
  const { limits = {} } = plan.template.pool.spec;
  const short = dimensions.names.filter(
    (name, i) => name in limits && machines.every(({ capacity }) => at(capacity, i) > Math.max(0, at(plan.left, i))),
  );
  if (short.length > 0) return short.map((name) => `limit ${name} ${limits[name] ?? ""} reached`).join(", ");
  return plan.template.wantsVariety ? "minValues cannot be met" : "its limits together leave no room";
}

const shortName = (key: string): string => key.slice(key.lastIndexOf("/") + 1);

const describeTaint = ({ key, value = "", effect }: Taint): string =>
  `${key}${value === "" ? "" : `=${value}`}:${effect}`;
