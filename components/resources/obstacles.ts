/** What keeps Karpenter out of a cluster, as far as a look at it can tell. */
import { kubernetesMinors } from "../../controller/contract/kubernetes-versions";
import { controllerLabels } from "../../controller/contract/names";

/** What can be in the way; each can be allowed. */
export const obstacleNames = [
  "auto-mode",
  "cluster-autoscaler",
  "definitions",
  "karpenter",
  "kubernetes-version",
] as const;
export type ObstacleName = (typeof obstacleNames)[number];

export interface Obstacle {
  readonly name: ObstacleName;
  readonly reason: string;
}

/** What was seen in a cluster. */
export interface Sight {
  /** As the API server tells it: "1" and "34+". */
  readonly version: { readonly major: string; readonly minor: string };
  /** Deployments and DaemonSets, scaled to zero or not. */
  readonly workloads: readonly Workload[];
  /** Whether the kind is defined by which EKS Auto Mode describes its nodes. */
  readonly autoModeKinds: boolean;
  /** Definitions that are to be made, but are there, and no Pulumi stack's. */
  readonly definitions: readonly string[];
}

export interface Workload {
  readonly kind: "Deployment" | "DaemonSet";
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  /** How many pods there are to be. */
  readonly wanted: number;
}

export function obstaclesIn(sight: Sight): readonly Obstacle[] {
  const running = sight.workloads.filter(({ wanted }) => wanted > 0);
  return [
    ...unfitVersion(sight.version),
    ...running.filter(runs("cluster-autoscaler")).map(besideClusterAutoscaler),
    ...running.filter((workload) => isKarpenter(workload) && !isOurs(workload)).map(besideKarpenter),
    ...(sight.autoModeKinds ? [autoMode] : []),
    ...(sight.definitions.length > 0 ? [definedAlready(sight.definitions)] : []),
  ];
}

/** What gets in the way of nobody, but is one too many beside Karpenter. */
export const remarksOn = ({ workloads }: Sight): readonly string[] =>
  workloads
    .filter(({ wanted }) => wanted > 0)
    .filter(runs("aws-node-termination-handler"))
    .map(
      (workload) =>
        `AWS Node Termination Handler runs as ${called(workload)}: Karpenter drains its nodes by itself, so let it keep off them`,
    );

/** By the last part of the image's name, wherever it was mirrored to. */
const runs =
  (image: string) =>
  ({ images }: Workload): boolean =>
    images.some((each) => new RegExp(`(^|/)${image}[:@]`).test(`${each}:`));

const isKarpenter = (workload: Workload): boolean =>
  runs("karpenter/controller")(workload) || workload.labels[nameLabel] === controllerLabels[nameLabel];

/** Ours is labelled as upstream's chart labels its own, but for the chart. */
const isOurs = ({ labels }: Workload): boolean =>
  Object.entries(controllerLabels).every(([label, value]) => labels[label] === value) &&
  labels["helm.sh/chart"] === undefined;

const nameLabel = "app.kubernetes.io/name";
const called = ({ kind, namespace, name }: Workload): string => `${kind} ${namespace}/${name}`;

function unfitVersion({ major, minor }: Sight["version"]): readonly Obstacle[] {
  const { oldest, newest } = kubernetesMinors;
  const number = Number.parseInt(minor, 10);
  if (major === "1" && number >= oldest && number <= newest) return [];
  const reason = `the cluster runs Kubernetes ${major}.${number}, and this version of the package is made for 1.${oldest} to 1.${newest}`;
  return [{ name: "kubernetes-version", reason }];
}

const besideClusterAutoscaler = (workload: Workload): Obstacle => ({
  name: "cluster-autoscaler",
  reason: `Cluster Autoscaler runs as ${called(workload)}: both would launch nodes for the same pods; scale it to zero first`,
});

const besideKarpenter = (workload: Workload): Obstacle => ({
  name: "karpenter",
  reason: `another Karpenter runs as ${called(workload)}: both would answer the same pods and pools; scale it to zero first`,
});

const autoMode: Obstacle = {
  name: "auto-mode",
  reason:
    "EKS Auto Mode is, or was, on (kind nodeclasses.eks.amazonaws.com is defined): its pools are NodePools, too, and a destroy would remove them",
};

const definedAlready = (names: readonly string[]): Obstacle => ({
  name: "definitions",
  reason: `${names.join(", ")}: defined already; with crds.adopt: true they are taken over, and stay when the stack goes`,
});
