import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api } from "@kubernetes/client-node";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { AwsClients, AwsConnection } from "../resources/aws";
import { awsClients } from "../resources/aws";
import type { KubeConnection } from "../resources/kubernetes";
import { kubeConfig, reasonOf, statusOf } from "../resources/kubernetes";
import { say } from "../resources/say";
import { clusterApi } from "./cluster-api";
import type { ClusterApi } from "./cluster-api";
import type { Drained } from "./drain";
import { drain } from "./drain";
import { removeInstanceProfiles, removeLaunchTemplates, removeNetworkInterfaces } from "./leftovers";
import { isGone, terminateMachines } from "./machines";
import { deleteClasses, releaseClasses, releaseMachineObjects, survivorsIn } from "./release";
import type { Patience } from "./view";

/** All that a teardown needs to know; it runs long after the program that wrote it down. */
export interface TeardownInputs extends AwsConnection, KubeConnection, Patience {
  /** The AWS account. */
  readonly account: string;
  readonly clusterName: string;
  /** The controller's. */
  readonly namespace: string;
}

/**
 * Removes everything that the controller of a cluster made. Can be run again after a failure.
 * @throws Error that names what is left
 */
export async function tearDown(inputs: TeardownInputs, clusterUid: string): Promise<void> {
  if (inputs.clusterName === "") throw new Error("teardown of a cluster without a name");
  const clients = awsClients(inputs);
  await sameAccount(clients, inputs.account);
  const api = await reach(inputs, clusterUid);
  const drained = api === undefined ? undefined : await drain(api, inputs);
  if (drained !== undefined) explain(drained);
  const reachable = drained?.over === "unreachable" ? undefined : api;

  const survivors = await sweep(inputs, clients, { api: reachable, drained });
  if (survivors.length > 0) {
    throw new Error(`cluster ${inputs.clusterName}: left behind: ${survivors.join(", ")}; run destroy again`);
  }
}

interface Situation {
  readonly api: ClusterApi | undefined;
  readonly drained: Drained | undefined;
}

/** Machines first: everything else goes only without them. Answers with what is left. */
async function sweep(inputs: TeardownInputs, clients: AwsClients, { api, drained }: Situation): Promise<string[]> {
  const { ec2 } = clients;
  const { terminated, survivors } = await terminateMachines(ec2, inputs.clusterName);
  const withoutMachines = survivors.length === 0 ? api : undefined;
  if (withoutMachines !== undefined) await releaseMachineObjects(withoutMachines, (id) => isGone(ec2, id));
  const classes = api === undefined ? [] : await deleteClasses(api, drained?.over === "drained");
  const leftovers = await removeLeftovers(inputs, clients);
  if (withoutMachines !== undefined) await releaseClasses(withoutMachines);

  const counts = { ...countsOf(drained), classes: classes.length, machines: terminated, ...leftovers };
  say(`cluster ${inputs.clusterName}: removed ${describe(counts)}`);
  const machines = survivors.map(({ id, state }) => `instance ${id} (${state})`);
  return [...machines, ...(api === undefined ? [] : await survivorsIn(api))];
}

type Counts = Readonly<Record<string, number>>;

const countsOf = (drained: Drained | undefined): Counts => ({
  pools: drained?.pools.size ?? 0,
  claims: drained?.claims.size ?? 0,
});

async function removeLeftovers(inputs: TeardownInputs, { ec2, iam }: AwsClients): Promise<Counts> {
  const { clusterName: cluster, region } = inputs;
  return {
    "launch templates": (await removeLaunchTemplates(ec2, cluster)).length,
    "instance profiles": (await removeInstanceProfiles(iam, { region, cluster })).length,
    "network interfaces": (await removeNetworkInterfaces(ec2, cluster)).length,
  };
}

const describe = (counts: Counts): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");

const endings: Readonly<Record<Drained["over"], string | undefined>> = {
  drained: undefined,
  deadline: "the controller did not finish in time: ending the machines without it",
  "controller gone": "no controller is running: ending the machines without draining them",
  unreachable: "going on with what is in AWS",
};

function explain({ over }: Drained): void {
  const ending = endings[over];
  if (ending !== undefined) say(ending);
}

async function sameAccount({ sts }: AwsClients, expected: string): Promise<void> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  if (Account !== expected) {
    throw new Error(`these credentials are for AWS account ${Account ?? "?"}, but the cluster is in ${expected}`);
  }
}

const attempts = 3;
const betweenMs = 5_000;

/** The cluster's API; `undefined` when there is no answer. Another cluster's answer, or a refusal, is an error. */
async function reach(inputs: TeardownInputs, clusterUid: string): Promise<ClusterApi | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const uid = await uidOf(inputs);
      if (uid === clusterUid) return clusterApi(kubeConfig(inputs), inputs.namespace);
      throw new WrongClusterError(`the kubeconfig leads to another cluster than ${inputs.clusterName}`);
    } catch (error) {
      if (error instanceof WrongClusterError || statusOf(error) !== undefined) throw error;
      if (attempt < attempts) await sleep(betweenMs);
      else {
        say(`cluster ${inputs.clusterName} does not answer (${reasonOf(error)}): going on with what is in AWS`);
        return undefined;
      }
    }
  }
}

class WrongClusterError extends Error {
  override readonly name = "WrongClusterError";
}

/** What a cluster is recognised by: its oldest object. */
export async function uidOf(connection: KubeConnection): Promise<string> {
  const core = kubeConfig(connection).makeApiClient(CoreV1Api);
  const { metadata } = await core.readNamespace({ name: "kube-system" });
  return metadata?.uid ?? "";
}
