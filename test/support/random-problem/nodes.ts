import { labels } from "#controller/api/labels";
import type { Labels } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { NodeState } from "#controller/scheduling/problem";
import type { DaemonSet } from "#controller/api/workloads";
import { nodeState, podOn } from "../builders";
import { toMillis, toUnits } from "#controller/api/quantity";
import { chance, type Draw, many, maybe, oneOf, pick } from "./draw";
import { labelsOfPool, runnable, taints } from "./pools";
import { driver } from "./storage";
import { labelsOfPurchase } from "./types";
import { podOf, type Workload } from "./workloads";

/** A node with the pool that it is of, if any, and the machine it is. */
export interface Homestead {
  readonly state: NodeState;
  readonly pool?: NodePool;
  readonly type: InstanceType;
}

export interface Region {
  readonly pools: readonly NodePool[];
  readonly types: readonly InstanceType[];
  readonly daemonSets: readonly DaemonSet[];
  readonly workloads: readonly Workload[];
}

export function someNodes(draw: Draw, region: Region): readonly Homestead[] {
  const types = runnable(region.types);
  if (types.length === 0) return [];
  return many(pick(draw, [0, 0, 1, 2, 3, 4]), (position) =>
    someNode(draw, { ...region, types }, `node-${position + 1}`),
  );
}

function someNode(draw: Draw, region: Region, name: string): Homestead {
  const type = oneOf(draw, region.types);
  const offering = oneOf(draw, type.offerings);
  const pool = chance(draw, 70) ? oneOf(draw, region.pools) : undefined;
  const labelsOfNode: Labels = {
    ...labelsOfPurchase(type, offering),
    ...(pool === undefined ? {} : labelsOfPool(pool)),
    [labels.hostname]: name,
  };
  const taintsOfNode = pool?.spec.template.spec.taints ?? (chance(draw, 20) ? [pick(draw, taints)] : []);
  const bare = nodeState({
    ...{ name, labels: labelsOfNode, taints: taintsOfNode, allocatable: type.allocatable },
    initialized: chance(draw, 80),
    ...(chance(draw, 15) ? { volumeLimits: { [driver]: draw.int(0, 2) } } : {}),
  });
  const daemons = region.daemonSets
    .filter((set) => chance(draw, 75) && suits(set, bare))
    .map((set) => daemonOn(bare, set));
  const state = { ...bare, pods: [...daemons, ...someResidents(draw, region, { ...bare, pods: daemons })] };
  return { state, type, ...(pool === undefined ? {} : { pool }) };
}

/** As far as the generator's daemons go: they tolerate everything or nothing, and select by one label at most. */
const suits = ({ spec: { template } }: DaemonSet, { labels: has, taints: on }: NodeState): boolean =>
  ((template.spec.tolerations ?? []).length > 0 || on.length === 0) &&
  Object.entries(template.spec.nodeSelector ?? {}).every(([key, value]) => has[key] === value);

function daemonOn({ name }: NodeState, { metadata, spec }: DaemonSet): Pod {
  const { namespace = "kube-system", uid = "" } = metadata;
  return podOn(
    name,
    {},
    {
      metadata: {
        ...{ name: `${metadata.name}-on-${name}`, namespace, uid: `uid-of-${metadata.name}-on-${name}` },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: metadata.name, uid, controller: true }],
      },
      spec: spec.template.spec,
    },
  );
}

/** Pods of the workloads that came earlier; they fit. */
function someResidents(draw: Draw, { workloads }: Region, bare: NodeState): readonly Pod[] {
  const residents: Pod[] = [];
  for (const position of many(pick(draw, [0, 1, 1, 2, 3]), (each) => each)) {
    const workload = oneOf(draw, workloads);
    const name = `resident-${position + 1}-on-${bare.name}`;
    const template = podOf(workload, { name, order: position });
    const pod = podOn(bare.name, {}, { ...template, status: undefined }, { spec: { nodeName: bare.name } });
    const together = [...bare.pods, ...residents, pod];
    if (fits(together, bare) && together.filter(bindsPorts).length <= 1) residents.push(pod);
  }
  return residents;
}

const bindsPorts = ({ spec }: Pod): boolean => spec.containers.some(({ ports = [] }) => ports.length > 0);

const requestIn = (resource: string, { spec }: Pod): number =>
  [...spec.containers, ...(spec.initContainers ?? [])]
    .map(({ resources }) => (resources?.requests ?? resources?.limits)?.[resource] ?? "0")
    .reduce((sum, text) => sum + (resource === "cpu" ? toMillis(text) : toUnits(text)), 0);

const fits = (pods: readonly Pod[], { allocatable }: NodeState): boolean =>
  pods.length <= Number(allocatable["pods"] ?? "0") &&
  ["cpu", "memory", "nvidia.com/gpu"].every((resource) => {
    const room = allocatable[resource] ?? "0";
    const asked = pods.reduce((sum, pod) => sum + requestIn(resource, pod), 0);
    return asked <= (resource === "cpu" ? toMillis(room) : toUnits(room));
  });

/** At most two daemons, which tolerate everything or nothing. */
export const someDaemonSets = (draw: Draw): readonly DaemonSet[] =>
  many(pick(draw, [0, 0, 1, 2]), (position) => {
    const name = `daemon-${position + 1}`;
    const requests = { cpu: pick(draw, ["20m", "100m", "300m"]), memory: pick(draw, ["32Mi", "200Mi"]) };
    const matchLabels = { app: name };
    return {
      ...{ apiVersion: "apps/v1", kind: "DaemonSet" },
      metadata: { name, namespace: "kube-system", uid: `uid-of-${name}` },
      spec: {
        selector: { matchLabels },
        template: {
          metadata: { labels: matchLabels },
          spec: {
            containers: [{ name: "main", resources: { requests } }],
            ...maybe(draw, 60, () => ({ tolerations: [{ operator: "Exists" as const }] })),
            ...maybe(draw, 20, () => ({ nodeSelector: { [labels.arch]: pick(draw, ["amd64", "arm64"]) } })),
          },
        },
      },
    };
  });
