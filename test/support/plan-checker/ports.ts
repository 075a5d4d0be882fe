import type { Pod } from "#controller/api/pod";
import { type Daemon, daemonsOn } from "./daemons";
import { grouped } from "./grouped";
import { nameOf, type Place } from "./place";

interface Binding {
  readonly by: Pod;
  readonly port: string;
  /** "" for all addresses. */
  readonly address: string;
}

function bindingsOf(pod: Pod): readonly Binding[] {
  const { containers, initContainers = [], hostNetwork } = pod.spec;
  return [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === "Always")]
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, containerPort, hostIP = "", protocol = "TCP" }) => {
      const port = hostPort ?? (hostNetwork === true ? containerPort : 0);
      const address = ["0.0.0.0", "::"].includes(hostIP) ? "" : hostIP;
      return port === 0 ? [] : [{ by: pod, port: `${port}/${protocol}`, address }];
    });
}

/**
 * No arrival binds a host port that somebody on its node binds: same port and protocol, and the same address or one of
 * the two bound to all.
 */
export function violationsOfPorts(place: Place, daemons: readonly Daemon[]): readonly string[] {
  const arriving = place.arrivals.flatMap(bindingsOf);
  if (arriving.length === 0) return [];
  const binding = daemons.filter(({ pod }) => bindingsOf(pod).length > 0);
  const coming = new Set(
    binding.length === 0 ? [] : place.machines.flatMap((machine) => daemonsOn(place, machine, binding)),
  );
  const others = [...place.residents, ...[...coming].map(({ pod }) => pod)].flatMap(bindingsOf);
  return clashes(arriving, [...arriving, ...others]).map(
    ([one, other]) => `${nameOf(one.by)} and ${nameOf(other.by)} both bind host port ${one.port} of ${place.name}`,
  );
}

function clashes(ones: readonly Binding[], others: readonly Binding[]): readonly (readonly [Binding, Binding])[] {
  const byPort = grouped(others, ({ port }) => port);
  return ones.flatMap((one) =>
    (byPort.get(one.port) ?? [])
      .filter((other) => other.by !== one.by)
      .filter(({ address }) => address === one.address || address === "" || one.address === "")
      .map((other): readonly [Binding, Binding] => [one, other]),
  );
}
