import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { NodeState, PoolChoice } from "#controller/scheduling/problem";
import { type Amounts, amountsOf, effectiveRequests } from "#controller/scheduling/resources";
import { Random } from "../../random";
import { zones } from "../real-types";
import { problemWith, type Scenario } from "../scenario";
import { companyNamespaces, poolsOfCompany } from "./company";
import { companyDaemons } from "./daemons";
import { batchPods } from "./jobs";
import { servicePods } from "./services";

/** What the machines of the cluster were bought as. */
const bought = ["m6i.xlarge", "m6i.2xlarge", "c6i.2xlarge", "m7g.xlarge", "r6i.xlarge", "c7g.2xlarge"] as const;
const PODS_PER_NODE = 10;
/** Of the pods that wait. */
const SERVICES_SHARE = 0.75;

/**
 * A cluster at work: as many nodes as pods that wait, ten running pods on each, daemons included. What waits are
 * further replicas of the same services, and some batch. Nodes are more or less full, as they are after some weeks.
 */
export const busyCluster: Scenario = {
  name: "busy-cluster",
  about: "a node and ten running pods for each pod that waits: the company's services and some batch",
  sizes: [200, 2000],
  problem(waiting) {
    const pools = poolsOfCompany();
    const random = new Random(23);
    const machines = emptyNodes(waiting, pools, random);
    const services = Math.round(waiting * SERVICES_SHARE);
    const running = waiting * (PODS_PER_NODE - companyDaemons.length);
    // Some find no place, so there are more to choose from.
    const shuffled = shuffle(servicePods((running + services) * 1.2), random);
    let settled = 0;
    for (const pod of shuffled.slice(services)) if (settled < running) settled += Number(settle(pod, machines, random));
    return problemWith({
      pods: [...shuffled.slice(0, services), ...batchPods(waiting - services)],
      pools,
      nodes: machines.map(({ state, pods }) => ({ ...state, pods })),
      daemonSets: companyDaemons,
      namespaces: companyNamespaces,
    });
  },
};

interface Machine {
  readonly state: Omit<NodeState, "pods">;
  readonly pods: Pod[];
  readonly left: Record<string, number>;
}

function emptyNodes(count: number, pools: readonly PoolChoice[], random: Random): readonly Machine[] {
  const types = bought.map((name) => pools[0]?.instanceTypes.find((type) => type.name === name));
  return Array.from({ length: count }, (_, index) => {
    const type = random.pick(types);
    if (type === undefined) throw new Error(`one of ${bought.join(", ")} is not in the catalog`);
    return emptyNode(`node-${String(index).padStart(4, "0")}`, type, zones[index % zones.length] ?? zones[0]);
  });
}

function emptyNode(name: string, type: InstanceType, zone: string): Machine {
  const machine: Machine = {
    state: { name, initialized: true, labels: labelsOf(name, type, zone), taints: [], allocatable: type.allocatable },
    pods: [],
    left: { ...amountsOf(type.allocatable) },
  };
  for (const { metadata, spec } of companyDaemons) {
    const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: metadata.name, uid: metadata.uid ?? "" };
    const daemon = { ...spec.template.metadata, namespace: "kube-system", ownerReferences: [owner] };
    host(machine, { metadata: { ...daemon, name: `${metadata.name}-${name}` }, spec: spec.template.spec });
  }
  return machine;
}

/** What the type says with one value, and what the purchase settled. */
const labelsOf = (name: string, type: InstanceType, zone: string): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    type.requirements.flatMap(({ key, operator, values = [] }) => {
      const [value, another] = values;
      return operator === "In" && value !== undefined && another === undefined ? [[key, value]] : [];
    }),
  ),
  [labels.hostname]: name,
  [labels.zone]: zone,
  [labels.capacityType]: "on-demand",
  [labels.nodePool]: "services",
});

function host({ state, pods, left }: Machine, pod: Pod): void {
  const running: Pod = { ...pod, spec: { ...pod.spec, nodeName: state.name }, status: { phase: "Running" } };
  pods.push(running);
  for (const [name, amount] of Object.entries(effectiveRequests(pod.spec))) left[name] = (left[name] ?? 0) - amount;
}

const TRIES = 40;

/** Puts the pod on the first of some nodes, drawn by chance, that can have it. Whether there was one. */
function settle(pod: Pod, machines: readonly Machine[], random: Random): boolean {
  const requests = effectiveRequests(pod.spec);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const machine = random.pick(machines);
    if (!suits(pod, requests, machine)) continue;
    host(machine, pod);
    return true;
  }
  return false;
}

const suits = (pod: Pod, requests: Amounts, { state, pods, left }: Machine): boolean =>
  Object.entries(requests).every(([name, amount]) => amount <= (left[name] ?? 0)) &&
  Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => state.labels[key] === value) &&
  !(isAlone(pod) && pods.some(({ metadata }) => metadata.labels?.["app"] === pod.metadata.labels?.["app"]));

const isAlone = ({ spec }: Pod): boolean => spec.affinity?.podAntiAffinity !== undefined;

function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
  const keyed = items.map((item) => ({ item, key: random.next() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
