import { AppsV1Api, VersionApi } from "@kubernetes/client-node";
import type { KubeConfig, V1DaemonSet, V1Deployment } from "@kubernetes/client-node";
import { installedDefinition, pulumiHolderOf } from "./installed-definition";
import type { KubeConnection } from "./kubernetes";
import { ifAnswered, kubeConfig, reasonOf } from "./kubernetes";
import type { ObstacleName, Sight, Workload } from "./obstacles";
import { obstaclesIn, remarksOn } from "./obstacles";
import type { Resource } from "./provider";
import { say } from "./say";

interface Inputs extends KubeConnection {
  readonly clusterName: string;
  /** Names of definitions that are to be made. */
  readonly definitions: readonly string[];
  /** Obstacles that are none to the user. */
  readonly allow: readonly ObstacleName[];
}

/** Nothing but its problems: looks at the cluster whenever there is a preview or an `up`. */
export const survey: Resource<Inputs, object> = {
  identity: ["clusterName"],
  problems: async (inputs) => {
    const sight = await look(inputs);
    if (sight === undefined) return [];
    for (const remark of remarksOn(sight)) say(`warning: ${remark}`);
    return obstaclesIn(sight)
      .filter(({ name }) => !inputs.allow.includes(name))
      .map(({ name, reason }) => ({
        property: "clusterName",
        reason: `${reason} (or take it as it is: survey.allow: ["${name}"])`,
      }));
  },
  create: ({ clusterName }) => Promise.resolve({ id: clusterName, found: {} }),
  delete: () => Promise.resolve(),
};

/** `undefined` when there is no answer. */
async function look(inputs: Inputs): Promise<Sight | undefined> {
  try {
    return await ifAnswered(() => seen(kubeConfig(inputs), inputs.definitions));
  } catch (error) {
    // Who may not look may still be right to install.
    say(`cluster ${inputs.clusterName} was not surveyed: ${reasonOf(error)}`);
    return undefined;
  }
}

async function seen(config: KubeConfig, wanted: readonly string[]): Promise<Sight> {
  const apps = config.makeApiClient(AppsV1Api);
  const [version, deployments, daemonSets, autoModeKind, definitions] = await Promise.all([
    config.makeApiClient(VersionApi).getCode(),
    apps.listDeploymentForAllNamespaces(),
    apps.listDaemonSetForAllNamespaces(),
    installedDefinition(config, "nodeclasses.eks.amazonaws.com"),
    Promise.all(wanted.map((name) => installedDefinition(config, name))),
  ]);
  return {
    version,
    workloads: [...deployments.items.map(deploymentSeen), ...daemonSets.items.map(daemonSetSeen)],
    autoModeKinds: autoModeKind !== undefined,
    definitions: wanted.filter((_, index) => {
      const found = definitions[index];
      return found !== undefined && pulumiHolderOf(found) === undefined;
    }),
  };
}

const deploymentSeen = (object: V1Deployment): Workload => ({
  ...workloadSeen("Deployment", object),
  wanted: object.spec?.replicas ?? 1,
});

const daemonSetSeen = (object: V1DaemonSet): Workload => ({
  ...workloadSeen("DaemonSet", object),
  wanted: object.status?.desiredNumberScheduled ?? 0,
});

const workloadSeen = (
  kind: Workload["kind"],
  { metadata, spec }: V1Deployment | V1DaemonSet,
): Omit<Workload, "wanted"> => ({
  kind,
  namespace: metadata?.namespace ?? "",
  name: metadata?.name ?? "",
  labels: metadata?.labels ?? {},
  images: (spec?.template.spec?.containers ?? []).map(({ image }) => image ?? ""),
});
