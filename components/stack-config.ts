import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AuthenticationMode, ClusterFacts } from "./cluster";
import { Cluster, lookUpCluster, lookUpSubnets } from "./cluster";
import type { ControllerSettings } from "./controller-environment";
import type { KarpenterArgs } from "./karpenter";
import type { PoolSettings } from "./pool-settings";
import type { Problem } from "./problem";
import { refuse } from "./problem";
import type { TeardownPatience } from "./teardown";

/** A cluster to be created, as the configuration says it. */
export interface NewCluster {
  readonly name: string;
  readonly version?: string;
  /** @default the default VPC */
  readonly vpcId?: string;
  /** @default all of the VPC's */
  readonly subnetIds?: readonly string[];
  readonly authenticationMode?: Exclude<AuthenticationMode, "CONFIG_MAP">;
}

/** A stack's configuration, read and checked. */
export interface StackConfig {
  readonly clusterName: string | undefined;
  readonly newCluster: NewCluster | undefined;
  readonly kubeconfig: pulumi.Output<string> | undefined;
  readonly karpenter: Omit<KarpenterArgs, "cluster" | "kubeconfig">;
}

/** @throws pulumi.InputPropertiesError with everything that is wrong about the shape of the configuration */
export function readStackConfig(config: pulumi.Config): StackConfig {
  const problems: Problem[] = [];
  const read = <T>(name: string, as: Wanted["as"]): T | undefined => readOne<T>(problems, config, { name, as });
  const object = <T extends object>(name: string): T | undefined => read<T>(name, "object");
  const text = (name: string): string | undefined => (isEmpty(config.get(name)) ? undefined : config.get(name));
  const clusterName = text("clusterName");
  const newCluster = object<NewCluster>("cluster");
  problems.push(...clusterProblems(clusterName, newCluster));
  const stack: StackConfig = {
    clusterName,
    newCluster,
    kubeconfig: text("kubeconfig") === undefined ? undefined : config.getSecret("kubeconfig"),
    karpenter: {
      nodePools: object<Readonly<Record<string, PoolSettings>>>("nodePools"),
      namespace: text("namespace"),
      fargate: read("fargate", "boolean"),
      interruptionQueue: read("interruptionQueue", "boolean"),
      discovery: object<NonNullable<KarpenterArgs["discovery"]>>("discovery"),
      controller: {
        image: text("image"),
        replicas: read("replicas", "number"),
        settings: object<ControllerSettings>("settings"),
        env: object<Record<string, string>>("env"),
      },
      teardown: object<TeardownPatience>("teardown"),
      tags: object<Record<string, string>>("tags"),
    },
  };
  refuse("the stack's configuration", problems);
  return stack;
}

/** What Pulumi.yaml gives where the stack says nothing. */
const isEmpty = (text: string | undefined): text is undefined | "" | "{}" =>
  text === undefined || text === "" || text === "{}";

interface Wanted {
  readonly name: string;
  readonly as: "object" | "boolean" | "number";
}

/** Values come as text; the one that is not of its kind is a problem like any other. */
function readOne<T>(problems: Problem[], config: pulumi.Config, { name, as }: Wanted): T | undefined {
  const text = config.get(name);
  if (isEmpty(text)) return undefined;
  const value = parsed(text);
  const fits =
    as === "object" ? typeof value === "object" && value !== null && !Array.isArray(value) : typeof value === as;
  if (!fits) problems.push({ path: name, reason: `must be of type ${as}` });
  // Of the right kind; what is inside an object is checked where it is used.
  return fits ? (value as T) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function clusterProblems(clusterName: string | undefined, newCluster: NewCluster | undefined): readonly Problem[] {
  if (clusterName !== undefined && newCluster !== undefined) {
    return [
      { path: "clusterName", reason: "goes without cluster: the one names an existing cluster, the other a new one" },
    ];
  }
  if (newCluster !== undefined) {
    return typeof newCluster.name === "string" ? [] : [{ path: "cluster.name", reason: "is required" }];
  }
  return clusterName === undefined || clusterName === ""
    ? [{ path: "clusterName", reason: "is required: an existing EKS cluster's name, or cluster for a new one" }]
    : [];
}

export interface ChosenCluster {
  readonly cluster: ClusterFacts;
  /** Undefined: the ambient one. */
  readonly kubeconfig: pulumi.Output<string> | undefined;
}

/** The cluster that the configuration names, or a new one. */
export async function clusterOf({ clusterName, newCluster, kubeconfig }: StackConfig): Promise<ChosenCluster> {
  if (newCluster === undefined) return { cluster: await lookUpCluster(clusterName ?? ""), kubeconfig };
  const { vpcId = (await aws.ec2.getVpc({ default: true })).id, name, version, authenticationMode } = newCluster;
  const ids =
    newCluster.subnetIds ?? (await aws.ec2.getSubnets({ filters: [{ name: "vpc-id", values: [vpcId] }] })).ids;
  const { privateSubnetIds, publicSubnetIds } = await lookUpSubnets(ids);
  const cluster = new Cluster(name, {
    name,
    version,
    authenticationMode,
    vpcId,
    privateSubnetIds,
    // In a network of public subnets alone they stand in for the private ones.
    publicSubnetIds: publicSubnetIds.filter((id) => !privateSubnetIds.includes(id)),
  });
  return { cluster: cluster.facts, kubeconfig: kubeconfig ?? cluster.kubeconfig };
}

/** Runs a program so that bad input is told without a stack trace: the user's file is at fault, not ours. */
export async function plainly<T>(program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    throw pulumi.InputPropertiesError.isInstance(error) ? new pulumi.RunError(error.message) : error;
  }
}
