import type { Aws } from "./aws/aws";
import { KubeApi } from "./control-plane/kube-api";
import { startFargate } from "./fargate/fargate";
import { startNodeGroups } from "./nodes/node-groups";
import { startNodeJoiner } from "./nodes/node-joiner";
import { componentLog } from "./processes/component-log";
import { startPodRunner } from "./pods/pod-runner";
import type { Repeating } from "./processes/repeat";
import type { Supervisor } from "./processes/supervisor";

export interface PlayersOptions {
  /** Of the sandbox; the players' logs go where those of its components are. */
  readonly directory: string;
  /** Path of an admin kubeconfig. */
  readonly kubeconfig: string;
  /** Of the cluster, "1.34". */
  readonly kubernetesVersion: string;
  readonly aws: Aws;
  /** Runs the processes of pods. */
  readonly supervisor: Supervisor;
}

/**
 * Starts those that, within this process, play what stands between an AWS account and a cluster: EC2 machines, managed
 * node groups, Fargate, and the kubelets of their nodes.
 */
export function startPlayers(options: PlayersOptions): Repeating {
  const { directory, kubeconfig, kubernetesVersion, aws, supervisor } = options;
  const api = new KubeApi(kubeconfig);
  const players = [
    startNodeJoiner({ api, clients: aws.clients, kubernetesVersion, log: componentLog(directory, "nodes") }),
    startPodRunner({ api, supervisor, aws, directory, log: componentLog(directory, "pods") }),
    startNodeGroups({ api, eks: aws.clients.eks, log: componentLog(directory, "groups") }),
    startFargate({ api, eks: aws.clients.eks, log: componentLog(directory, "fargate") }),
  ];
  return {
    stop: async () => {
      await Promise.all(players.map((player) => player.stop()));
    },
  };
}
