import type { Container, PodSpec } from "../api/pod";
import type { Problem } from "./problem";
import type { Amounts } from "./resources";

/**
 * Host ports as a resource of which every node has one: each port on each address. A pod that binds all addresses asks
 * for each address that any pod names, and for the port as such. So two pods clash exactly when Kubernetes says so
 * (same port and protocol, and the same address or one of them bound to all), and packing needs no special case.
 */
export interface PortUse {
  readonly protocol: string;
  readonly port: number;
  readonly address: string;
}

const everywhere = "0.0.0.0";
const prefix = "host-port:";

/** Every port that somebody already uses or will: an address-wide bind has to know them all. */
export function portsIn({ pods, nodes, daemonSets }: Problem): readonly PortUse[] {
  const uses = new Map<string, PortUse>();
  const note = (spec: PodSpec): void => {
    for (const use of portsOf(spec)) uses.set(nameOf(use), use);
  };
  for (const node of nodes) for (const { spec } of node.pods) note(spec);
  for (const { spec } of daemonSets) note(spec.template.spec);
  for (const { spec } of pods) note(spec);
  return [...uses.values()];
}

const noPorts: readonly PortUse[] = [];

export function portsOf({ containers, initContainers = [], hostNetwork }: PodSpec): readonly PortUse[] {
  const named = ({ ports }: Container): boolean => ports !== undefined;
  if (!containers.some(named) && !initContainers.some(named)) return noPorts;
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .map(({ hostPort, containerPort, hostIP = "", protocol = "TCP" }) => ({
      protocol,
      port: hostPort ?? (hostNetwork === true ? containerPort : 0),
      address: hostIP === "" || hostIP === "::" ? everywhere : hostIP,
    }))
    .filter(({ port }) => port !== 0);
}

const nameOf = ({ protocol, port, address }: PortUse): string => `${prefix}${port}/${protocol}@${address}`;

export const isPort = (resource: string): boolean => resource.startsWith(prefix);

/** "host port 80/TCP", for people. */
export const describePort = (resource: string): string =>
  `host port ${resource.slice(prefix.length).replace(`@${everywhere}`, "")}`;

/** The amounts that a pod's ports stand for, given every port use of the problem. */
export function portAmounts(uses: readonly PortUse[], all: readonly PortUse[]): Amounts {
  const clashing = uses.flatMap((use) =>
    use.address === everywhere
      ? [use, ...all.filter(({ protocol, port }) => protocol === use.protocol && port === use.port)]
      : [use],
  );
  return Object.fromEntries(clashing.map((use) => [nameOf(use), 1]));
}

/** What a node has of ports: one of each. */
export const onePortEach = (resources: readonly string[]): Amounts =>
  Object.fromEntries(resources.filter(isPort).map((name) => [name, 1]));
