import { sendSpotInterruption } from "../aws/send-event";
import { listAccount, listingChanges } from "../aws/listing/listing";
import { describeCrash } from "../processes/supervisor";
import { type PulumiStack, pulumiStack } from "../pulumi";
import type { Sandbox } from "../sandbox";
import { listCluster } from "../control-plane/listing";
import { Operator } from "../control-plane/operator";
import { controllerLog } from "./controller-log";
import type { Narrator } from "./narrator";
import { priceTags } from "./prices";
import { until } from "./until";
import { isRunning, offeringOf, showNodes, showOtherNodes, showPools, summary } from "./view";
import { inflate, nodePools, training, web } from "./workloads";

const MINUTE_MS = 60_000;

/** What the chapters share. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly stack: PulumiStack;
  readonly cluster: Operator;
  readonly narrator: Narrator;
  readonly watch: () => Promise<void>;
  readonly priceTag: ReturnType<typeof priceTags>;
}

export async function setStage(sandbox: Sandbox, narrator: Narrator): Promise<Stage> {
  const cluster = new Operator(sandbox.kubeconfig);
  const followLog = controllerLog(sandbox.directory, narrator);
  const stack = await pulumiStack(sandbox, {
    onLine: (line) => {
      const told = tellingOf(line);
      if (told !== undefined) narrator.progress(`  pulumi: ${told}`);
    },
  });
  return {
    ...{ sandbox, stack, cluster, narrator, priceTag: priceTags(sandbox.aws) },
    watch: async () => {
      await followLog();
      narrator.progress(await summary(cluster));
      await throwIfCrashed(sandbox);
    },
  };
}

/** Of what the CLI prints, what a person would want to see go by: resources done, what they say, what is wrong. */
function tellingOf(line: string): string | undefined {
  if (/^@ |from \$PATH|(creating|deleting|updating) \(\d+s\)\s*$/.test(line)) return undefined;
  return /^\s*[+~-]|error|warning|karpenter: /i.test(line) ? line.trim() : undefined;
}

/** A component that died explains more than the wait that it makes hopeless. */
async function throwIfCrashed({ crashed }: Sandbox): Promise<void> {
  const crash = await Promise.race([crashed, Promise.resolve(undefined)]);
  if (crash !== undefined) throw new Error(describeCrash(crash));
}

/** Everything that must be as it was when the stack is destroyed. */
export const inventory = async ({ aws, kubeconfig }: Sandbox): Promise<Inventory> => ({
  ...(await listAccount(aws)),
  ...(await listCluster(kubeconfig)),
});
export type Inventory = Readonly<Record<string, readonly string[]>>;

export async function install({ sandbox, stack, cluster, narrator }: Stage): Promise<void> {
  narrator.chapter("pulumi up: from nothing to a cluster with node autoscaling");
  await stack.configure({
    clusterName: sandbox.clusterName,
    nodePools,
    env: { AWS_ENDPOINT_URL: sandbox.awsEndpoint },
  });
  await stack.up();
  await showPools(cluster, narrator);
  await showOtherNodes(cluster, narrator);
}

export async function grow({ cluster, narrator, watch, priceTag }: Stage): Promise<void> {
  narrator.chapter("scale up: inflate 0 → 25, one GPU pod, three arm64 pods on spot");
  for (const workload of [inflate, training, web]) await cluster.create(workload);
  await cluster.scale("inflate", 25);
  const allRunning = async (): Promise<boolean> => (await cluster.list("Pod")).filter(isRunning).length === 29;
  await until(allRunning, { what: "29 pods run", withinMs: 2 * MINUTE_MS, meanwhile: watch });
  await showNodes(cluster, narrator, priceTag);
}

export async function shrink({ cluster, narrator, watch, priceTag }: Stage): Promise<void> {
  narrator.chapter("scale down: inflate and the GPU job to 0, empty nodes go");
  await cluster.scale("inflate", 0);
  await cluster.scale("training", 0);
  const onlySpotLeft = async (): Promise<boolean> =>
    (await cluster.claims()).every((claim) => offeringOf(claim).capacityType === "spot");
  await until(onlySpotLeft, { what: "empty nodes are gone", withinMs: 2 * MINUTE_MS, meanwhile: watch });
  await showNodes(cluster, narrator, priceTag);
}

export async function interrupt({ sandbox, cluster, narrator, watch, priceTag }: Stage): Promise<void> {
  narrator.chapter("EC2 takes a spot instance back: warning, drain, replacement");
  const [victim] = await cluster.claims();
  const instance = victim?.status?.providerID?.split("/").at(-1);
  if (victim === undefined || instance === undefined) throw new Error("no spot node is there to be interrupted");
  narrator.say(`EventBridge: EC2 Spot Instance Interruption Warning for ${instance}`);
  await sendSpotInterruption(sandbox.aws, instance);
  const replaced = async (): Promise<boolean> => {
    const [claims, pods] = await Promise.all([cluster.claims(), cluster.list("Pod")]);
    return claims.every(({ metadata }) => metadata.uid !== victim.metadata.uid) && pods.filter(isRunning).length === 3;
  };
  await until(replaced, { what: "the node is replaced", withinMs: 2 * MINUTE_MS, meanwhile: watch });
  await showNodes(cluster, narrator, priceTag);
}

/** Whether the account and the cluster are as they were; says what is not. */
export async function takeDown({ sandbox, stack, cluster, narrator }: Stage, before: Inventory): Promise<boolean> {
  narrator.chapter("pulumi destroy: and back to nothing");
  for (const workload of [inflate, training, web]) await cluster.delete("Deployment", workload.metadata.name);
  await stack.destroy();
  const left = listingChanges(before, await inventory(sandbox));
  narrator.say(left.length === 0 ? "left behind: nothing" : `left behind: ${left.length}`);
  for (const line of left) narrator.say(`  ${line}`);
  return left.length === 0;
}
