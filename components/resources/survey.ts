import { setTimeout as sleep } from "node:timers/promises";
import { ApiextensionsV1Api, AppsV1Api, VersionApi } from "@kubernetes/client-node";
import type { KubeConfig, V1DaemonSet, V1Deployment } from "@kubernetes/client-node";
import type { KubeConnection } from "./kubernetes";
import { kubeConfig, reasonOf, statusOf } from "./kubernetes";
import type { ObstacleName, Sight, Workload } from "./obstacles";
import { obstaclesIn, remarksOn } from "./obstacles";
import type { Resource } from "./provider";
import { say } from "./say";

interface Inputs extends KubeConnection {
  readonly clusterName: string;
  /** Obstacles that are none to the user. */
  readonly allow: readonly ObstacleName[];
}

/** A cluster that is not there yet does not answer, and is not waited for. */
const patienceMs = 10_000;

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
    return await Promise.race([seen(kubeConfig(inputs)), sleep(patienceMs, undefined, { ref: false })]);
  } catch (error) {
    // Who may not look may still be right to install.
    if (statusOf(error) !== undefined) say(`cluster ${inputs.clusterName} was not surveyed: ${reasonOf(error)}`);
    return undefined;
  }
}

async function seen(config: KubeConfig): Promise<Sight> {
  const apps = config.makeApiClient(AppsV1Api);
  const [version, deployments, daemonSets, autoModeKinds] = await Promise.all([
    config.makeApiClient(VersionApi).getCode(),
    apps.listDeploymentForAllNamespaces(),
    apps.listDaemonSetForAllNamespaces(),
    isDefined(config, "nodeclasses.eks.amazonaws.com"),
  ]);
  const workloads = [...deployments.items.map(deploymentSeen), ...daemonSets.items.map(daemonSetSeen)];
  return { version, workloads, autoModeKinds };
}

async function isDefined(config: KubeConfig, name: string): Promise<boolean> {
  try {
    await config.makeApiClient(ApiextensionsV1Api).readCustomResourceDefinition({ name });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
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
