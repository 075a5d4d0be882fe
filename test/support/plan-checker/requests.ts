import type { Container, Pod, PodSpec, PodStatus, ResourceRequirements } from "#controller/api/pod";
import { type Amounts, amountsOf, largest, sum } from "./amounts";

/** The API server writes a limit down as the request where there is none. */
const written = ({ requests = {}, limits = {} }: ResourceRequirements = {}): Amounts =>
  amountsOf({ ...limits, ...requests });

/** What a container takes: while it is resized in place, the most of what it asks for, has, and is set aside for it. */
function ofContainer({ name, resources }: Container, { conditions, ...status }: PodStatus): Amounts {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const found = all.find((each) => each.name === name);
  if (found?.allocatedResources === undefined) return written(resources);
  const inVain =
    conditions?.some(({ type, reason }) => type === "PodResizePending" && reason === "Infeasible") ?? false;
  const has = [amountsOf(found.resources?.requests), amountsOf(found.allocatedResources)];
  return largest(inVain ? has : [written(resources), ...has]);
}

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === "Always";

/**
 * What the containers take at their hungriest moment: all main containers beside all sidecars, or one init container
 * beside the sidecars that started before it.
 */
function ofContainers({ containers, initContainers = [] }: PodSpec, status: PodStatus): Amounts {
  const beside = (position: number) => initContainers.slice(0, position).filter(isSidecar);
  const moments = initContainers.map((container, position) => [container, ...beside(position)]);
  const lasting = [...containers, ...initContainers.filter(isSidecar)];
  return largest([lasting, ...moments].map((moment) => sum(moment.map((each) => ofContainer(each, status)))));
}

/** Requests of the pod as a whole; a limit stands in only where no container asks for the resource. */
function ofWhole({ resources: { requests = {}, limits = {} } = {} }: PodSpec, containers: Amounts): Amounts {
  const open = Object.entries(limits).filter(([name]) => containers[name] === undefined);
  return amountsOf({ ...Object.fromEntries(open), ...requests });
}

const read = new WeakMap<PodSpec, { readonly of: PodStatus | undefined; readonly requests: Amounts }>();

/** What a pod takes of a node, itself (`pods: 1`) included. */
export function requestsOf({ spec, status }: Pick<Pod, "spec" | "status">): Amounts {
  const before = read.get(spec);
  if (before !== undefined && before.of === status) return before.requests;
  const containers = ofContainers(spec, status ?? {});
  const whole = { ...containers, ...ofWhole(spec, containers) };
  const requests = { ...sum([whole, amountsOf(spec.overhead)]), pods: 1 };
  read.set(spec, { of: status, requests });
  return requests;
}
