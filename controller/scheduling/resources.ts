import type { ResourceList } from "../api/kube-object";
import type { Container, PodSpec, PodStatus, ResourceRequirements } from "../api/pod";
import { fromBytes, fromMillis, fromUnits, toMillis, toUnits } from "../api/quantity";

/** Resource → amount: cpu in millicores, everything else in whole units (bytes, devices, pods). */
export type Amounts = Readonly<Record<string, number>>;

/** @throws RangeError when an entry is not a quantity. */
export const amountsOf = (list: ResourceList = {}): Amounts =>
  Object.fromEntries(
    Object.entries(list).map(([name, text]) => [name, name === "cpu" ? toMillis(text) : toUnits(text)]),
  );

const isBytes = (name: string): boolean =>
  name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-");

function write(name: string, amount: number): string {
  if (name === "cpu") return fromMillis(amount);
  return isBytes(name) ? fromBytes(amount) : fromUnits(amount);
}

/** Back to quantities, in the order of names. */
export const toResourceList = (amounts: Amounts): ResourceList =>
  Object.fromEntries(
    Object.entries(amounts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, amount]) => [name, write(name, amount)]),
  );

/** One list out of two, each resource by `pick`; what is not mentioned counts as 0. */
export function combine(a: Amounts, b: Amounts, pick: (a: number, b: number) => number): Amounts {
  const combined: Record<string, number> = {};
  for (const name of Object.keys(a)) combined[name] = pick(a[name] ?? 0, b[name] ?? 0);
  for (const name of Object.keys(b)) if (a[name] === undefined) combined[name] = pick(0, b[name] ?? 0);
  return combined;
}

/** In one go, since the pods of each node come by here on each pass. */
export function sum(lists: readonly Amounts[]): Amounts {
  const total: Record<string, number> = {};
  for (const list of lists) for (const name in list) total[name] = (total[name] ?? 0) + (list[name] ?? 0);
  return total;
}

const add = (a: Amounts, b: Amounts): Amounts => combine(a, b, (x, y) => x + y);
const max = (a: Amounts, b: Amounts): Amounts => combine(a, b, Math.max);

/** What is not requested but limited is requested at its limit, as the API server defaults it. */
const requestsOf = ({ requests = {}, limits = {} }: ResourceRequirements = {}): Amounts =>
  amountsOf({ ...limits, ...requests });

/**
 * What the kube-scheduler reserves for a pod, itself included (`pods: 1`): the larger of what runs together (containers
 * and sidecars) and the hungriest init step (an init container beside the sidecars started before it); what the pod
 * asks for as a whole counts in place of that; then its overhead
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers). Of a pod
 * that runs, give the status, too: while it is resized in place, the larger of what it has and what it asks for counts.
 */
export function effectiveRequests(spec: PodSpec, status: PodStatus = {}): Amounts {
  const { containers, initContainers = [], overhead, resources } = spec;
  const asked = askedIn(status);
  let sidecars: Amounts = {};
  let hungriest: Amounts = {};
  for (const container of initContainers) {
    const step = add(sidecars, isSidecar(container) ? asked(container) : requestsOf(container.resources));
    hungriest = max(hungriest, step);
    if (isSidecar(container)) sidecars = step;
  }
  const together = max(add(sum(containers.map(asked)), sidecars), hungriest);
  return { ...add({ ...together, ...ofTheWhole(resources, together) }, amountsOf(overhead)), pods: 1 };
}

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === "Always";

/** Of the pod as a whole; a limit stands in only for what no container asks for, as the API server defaults it. */
function ofTheWhole({ requests = {}, limits = {} }: ResourceRequirements = {}, together: Amounts): Amounts {
  const open = Object.entries(limits).filter(([name]) => together[name] === undefined);
  return amountsOf({ ...Object.fromEntries(open), ...requests });
}

/**
 * What a container counts for: the largest of what it asks for, what it runs with, and what the node has set aside for
 * it. A resize that the node can never grant asks for nothing
 * (https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/#pod-resize-status).
 */
function askedIn({ containerStatuses = [], initContainerStatuses = [], conditions = [] }: PodStatus) {
  const resizing = conditions.find(({ type }) => type === "PodResizePending");
  const isInVain = resizing?.reason === "Infeasible";
  const statuses = new Map([...containerStatuses, ...initContainerStatuses].map((status) => [status.name, status]));
  return ({ name, resources }: Container): Amounts => {
    const status = statuses.get(name);
    if (status?.allocatedResources === undefined) return requestsOf(resources);
    const has = max(amountsOf(status.resources?.requests), amountsOf(status.allocatedResources));
    return isInVain ? has : max(requestsOf(resources), has);
  };
}
