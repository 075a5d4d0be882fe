import { labels } from "#controller/api/labels";
import type { ResourceList } from "#controller/api/kube-object";
import type { Affinity, Container, NodeSelectorTerm, Pod, PodSpec, Toleration } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import { pod } from "../builders";
import { chance, type Draw, many, maybe, pick } from "./draw";
import { taints, team } from "./pools";
import { apps, namespaces, someCompany, someSpread } from "./topology";
import { category, someMachineRequirement, zones } from "./types";

/** Pods that are alike, as a Deployment would make them. */
export interface Workload {
  readonly app: string;
  readonly namespace: string;
  readonly version: string;
  readonly spec: PodSpec;
}

export function someWorkload(draw: Draw): Workload {
  const app = pick(draw, apps);
  const affinity: Affinity = { ...someNodeAffinity(draw), ...(chance(draw, 45) ? someCompany(draw, app) : {}) };
  const spread = chance(draw, 45) ? someSpread(draw, app) : [];
  return {
    app,
    namespace: chance(draw, 85) ? namespaces[0] : namespaces[1],
    version: pick(draw, ["1", "1", "2"]),
    spec: {
      containers: [someContainer(draw), ...(chance(draw, 10) ? [{ ...someContainer(draw), name: "second" }] : [])],
      ...maybe(draw, 10, () => ({ initContainers: [someInitContainer(draw)] })),
      ...maybe(draw, 5, () => ({ overhead: { cpu: "100m", memory: "64Mi" } })),
      ...maybe(draw, 25, () => ({ nodeSelector: someNodeSelector(draw) })),
      ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
      ...maybe(draw, 35, () => ({ tolerations: someTolerations(draw) })),
      ...(spread.length > 0 ? { topologySpreadConstraints: spread } : {}),
    },
  };
}

const someRequests = (draw: Draw): ResourceList => ({
  cpu: pick(draw, ["50m", "100m", "250m", "500m", "900m", "1500m", "3", "7"]),
  memory: pick(draw, ["64Mi", "128Mi", "512Mi", "1Gi", "3Gi", "7Gi"]),
  ...(chance(draw, 6) ? { "nvidia.com/gpu": "1" } : {}),
});

const someContainer = (draw: Draw): Container => ({
  name: "main",
  resources: chance(draw, 5) ? { limits: someRequests(draw) } : { requests: someRequests(draw) },
  ...maybe(draw, 8, () => ({ ports: [somePort(draw)] })),
});

const somePort = (draw: Draw): NonNullable<Container["ports"]>[number] => {
  const port = pick(draw, [80, 443]);
  const hostIP = maybe(draw, 30, () => pick(draw, ["10.0.0.1", "10.0.0.2", "0.0.0.0"]));
  return {
    ...{ containerPort: port, hostPort: port, protocol: pick(draw, ["TCP", "TCP", "UDP"]) },
    ...(hostIP === undefined ? {} : { hostIP }),
  };
};

const someInitContainer = (draw: Draw): Container => ({
  name: "first",
  resources: { requests: someRequests(draw) },
  ...maybe(draw, 50, () => ({ restartPolicy: "Always" })),
});

const someNodeSelector = (draw: Draw): Readonly<Record<string, string>> =>
  pick<Readonly<Record<string, string>>>(draw, [
    { [labels.zone]: pick(draw, zones) },
    { [labels.arch]: pick(draw, ["amd64", "arm64"]) },
    { [labels.capacityType]: pick(draw, ["spot", "on-demand"]) },
    { [team]: pick(draw, ["red", "blue"]) },
    { [category]: pick(draw, ["c", "m", "r"]) },
    { [labels.arch]: "amd64", [labels.zone]: pick(draw, zones) },
  ]);

const someExpression = (draw: Draw): RequirementSpec =>
  (chance(draw, 75) ? someMachineRequirement(draw) : undefined) ??
  pick<RequirementSpec>(draw, [
    { key: team, operator: "In", values: ["red"] },
    { key: team, operator: "NotIn", values: ["red"] },
    { key: team, operator: "Exists" },
    { key: team, operator: "DoesNotExist" },
  ]);

const someTerm = (draw: Draw): NodeSelectorTerm => ({
  matchExpressions: many(pick(draw, [1, 1, 2]), () => someExpression(draw)),
});

function someNodeAffinity(draw: Draw): Pick<Affinity, "nodeAffinity"> {
  const required = maybe(draw, 18, () => ({ nodeSelectorTerms: many(pick(draw, [1, 2]), () => someTerm(draw)) }));
  const preferred = maybe(draw, 15, () =>
    many(pick(draw, [1, 2]), () => ({ weight: draw.int(1, 100), preference: someTerm(draw) })),
  );
  if (required === undefined && preferred === undefined) return {};
  return {
    nodeAffinity: {
      ...(required === undefined ? {} : { requiredDuringSchedulingIgnoredDuringExecution: required }),
      ...(preferred === undefined ? {} : { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
    },
  };
}

const someTolerations = (draw: Draw): readonly Toleration[] =>
  pick<readonly Toleration[]>(draw, [
    [{ operator: "Exists" }],
    [{ key: "dedicated", operator: "Exists", effect: "NoSchedule" }],
    many(2, () => {
      const { key, value = "", effect } = pick(draw, taints);
      return { key, operator: "Equal", value, effect };
    }),
  ]);

/** Minutes after the epoch of all tests, so that pods differ in age. */
const bornAt = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();

export interface Identity {
  readonly name: string;
  /** Its place among all pods: the higher, the younger. */
  readonly order: number;
}

export const podOf = ({ app, namespace, version, spec }: Workload, { name, order }: Identity): Pod =>
  pod({
    metadata: {
      ...{ name, namespace, uid: `uid-of-${namespace}-${name}`, labels: { app, version } },
      creationTimestamp: bornAt(order),
    },
    spec,
  });
