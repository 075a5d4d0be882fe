import type { Container, Pod, PodSpec, ResourceRequirements } from "#controller/api/pod";
import { type Amounts, amountsOf, largest, sum } from "./amounts";

/** The API server writes a limit down as the request where there is none. */
const ofContainer = ({ requests = {}, limits = {} }: ResourceRequirements = {}): Amounts =>
  amountsOf({ ...limits, ...requests });

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === "Always";

/**
 * What the containers take at their hungriest moment: all main containers beside all sidecars, or one init container
 * beside the sidecars that started before it.
 */
function ofContainers({ containers, initContainers = [] }: PodSpec): Amounts {
  const moments = initContainers.map((container, position) =>
    sum([
      ofContainer(container.resources),
      ...initContainers
        .slice(0, position)
        .filter(isSidecar)
        .map(({ resources }) => ofContainer(resources)),
    ]),
  );
  const lasting = [...containers, ...initContainers.filter(isSidecar)];
  return largest([sum(lasting.map(({ resources }) => ofContainer(resources))), ...moments]);
}

/** Requests of the pod as a whole; a limit stands in only where no container asks for the resource. */
function ofWhole({ resources: { requests = {}, limits = {} } = {} }: PodSpec, containers: Amounts): Amounts {
  const open = Object.entries(limits).filter(([name]) => containers[name] === undefined);
  return amountsOf({ ...Object.fromEntries(open), ...requests });
}

const read = new WeakMap<PodSpec, Amounts>();

/** What a pod takes of a node, itself (`pods: 1`) included. */
export function requestsOf({ spec }: Pick<Pod, "spec">): Amounts {
  const before = read.get(spec);
  if (before !== undefined) return before;
  const containers = ofContainers(spec);
  const whole = { ...containers, ...ofWhole(spec, containers) };
  const requests = { ...sum([whole, amountsOf(spec.overhead)]), pods: 1 };
  read.set(spec, requests);
  return requests;
}
