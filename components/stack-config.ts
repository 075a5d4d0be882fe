import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RuleSettings } from "../policies/settings";
import type { AuthenticationMode, ClusterFacts } from "./cluster";
import { Cluster, lookUpCluster, lookUpSubnets } from "./cluster";
import type { ControllerOptions } from "./controller-options";
import type { ControllerSettings } from "./controller-settings";
import type { KarpenterArgs } from "./karpenter-args";
import { karpenterProblems } from "./karpenter-problems";
import type { IpFamily } from "./network-plugin";
import type { Placement } from "./placement";
import type { PoolSettings } from "./pool-settings";
import type { Problem } from "./problem";
import { refuse } from "./problem";

/** A cluster to be created, as the configuration says it. */
export interface NewCluster {
  readonly name: string;
  readonly version?: string;
  /** @default the default VPC */
  readonly vpcId?: string;
  /** @default all of the VPC's */
  readonly subnetIds?: readonly string[];
  readonly authenticationMode?: Exclude<AuthenticationMode, "CONFIG_MAP">;
  /** @default "ipv4" */
  readonly ipFamily?: IpFamily;
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
  const read = reader(config, problems);
  const text = (name: string): string | undefined => (isEmpty(config.get(name)) ? undefined : config.get(name));
  const clusterName = text("clusterName");
  const newCluster = read.object("cluster") as NewCluster | undefined;
  problems.push(...clusterProblems(clusterName, newCluster));
  const controller = read.object("controller") ?? {};
  problems.push(...saidElsewhere(controller));
  // Objects are taken for what they should be; the components look inside and refuse what is wrong.
  const stack: StackConfig = {
    clusterName,
    newCluster,
    kubeconfig: text("kubeconfig") === undefined ? undefined : config.getSecret("kubeconfig"),
    karpenter: {
      nodePools: read.object("nodePools") as Readonly<Record<string, PoolSettings>> | undefined,
      namespace: text("namespace"),
      placement: read.object("placement") as Placement | undefined,
      fargate: read.boolean("fargate"),
      interruptionQueue: read.boolean("interruptionQueue"),
      isolatedVpc: read.boolean("isolatedVpc"),
      vpcEndpoints: read.boolean("vpcEndpoints"),
      discovery: read.object("discovery"),
      identity: read.object("identity"),
      controller: {
        ...controller,
        image: text("image"),
        replicas: read.number("replicas"),
        settings: read.object("settings") as ControllerSettings | undefined,
        env: read.object("env") as Record<string, string> | undefined,
      },
      crds: read.object("crds"),
      survey: read.object("survey"),
      catalog: read.object("catalog"),
      admission:
        read.boolean("admission") === true ? { rules: read.object("rules") as RuleSettings | undefined } : false,
      teardown: read.object("teardown"),
      tags: read.object("tags") as Record<string, string> | undefined,
    },
  };
  refuse("the stack's configuration", problems);
  return stack;
}

/** What Pulumi.yaml gives where the stack says nothing. */
const isEmpty = (text: string | undefined): text is undefined | "" | "{}" =>
  text === undefined || text === "" || text === "{}";

/** Reads values of one kind each; one that is of another kind is a problem like any other. */
interface Reader {
  /** What is inside is checked where it is used. */
  object(name: string): object | undefined;
  boolean(name: string): boolean | undefined;
  number(name: string): number | undefined;
}

function reader(config: pulumi.Config, problems: Problem[]): Reader {
  const read = <T>(name: string, of: string, is: (value: unknown) => value is T): T | undefined => {
    const text = config.get(name);
    if (isEmpty(text)) return undefined;
    const value = parsed(text);
    if (is(value)) return value;
    problems.push({ path: name, reason: `must be of type ${of}` });
    return undefined;
  };
  return {
    object: (name) => read(name, "object", isObject),
    boolean: (name) => read(name, "boolean", (value) => typeof value === "boolean"),
    number: (name) => read(name, "number", (value) => typeof value === "number"),
  };
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const ipFamilies: readonly string[] = ["ipv4", "ipv6"] satisfies IpFamily[];

function clusterProblems(clusterName: string | undefined, newCluster: NewCluster | undefined): readonly Problem[] {
  if (clusterName !== undefined && newCluster !== undefined) {
    return [
      { path: "clusterName", reason: "goes without cluster: the one names an existing cluster, the other a new one" },
    ];
  }
  if (newCluster !== undefined) {
    const { name, ipFamily = "ipv4" } = newCluster;
    return [
      ...(typeof name === "string" ? [] : [{ path: "cluster.name", reason: "is required" }]),
      ...(ipFamilies.includes(ipFamily) ? [] : [{ path: "cluster.ipFamily", reason: "must be ipv4 or ipv6" }]),
    ];
  }
  return clusterName === undefined || clusterName === ""
    ? [{ path: "clusterName", reason: "is required: an existing EKS cluster's name, or cluster for a new one" }]
    : [];
}

/** What a stack says of the controller under keys of their own, which have defaults that would win. */
const ownKeys: readonly string[] = ["image", "replicas", "settings", "env"] satisfies (keyof ControllerOptions)[];

const saidElsewhere = (controller: object): readonly Problem[] =>
  Object.keys(controller)
    .filter((field) => ownKeys.includes(field))
    .map((field) => ({ path: `controller.${field}`, reason: `is the key ${field} of the configuration itself` }));

export interface ChosenCluster {
  readonly cluster: ClusterFacts;
  /** Undefined: the ambient one. */
  readonly kubeconfig: pulumi.Output<string> | undefined;
}

/** The cluster that the configuration names, or a new one. */
export async function clusterOf(config: StackConfig): Promise<ChosenCluster> {
  const { clusterName, newCluster, kubeconfig } = config;
  if (newCluster === undefined) return { cluster: await lookUpCluster(clusterName ?? ""), kubeconfig };
  const {
    vpcId = (await aws.ec2.getVpc({ default: true })).id,
    name,
    version,
    authenticationMode,
    ipFamily,
  } = newCluster;
  const ids =
    newCluster.subnetIds ?? (await aws.ec2.getSubnets({ filters: [{ name: "vpc-id", values: [vpcId] }] })).ids;
  const subnets = await lookUpSubnets(ids);
  // A cluster takes long to make and to remove: not for the sake of a pool that will be refused.
  refuse("the stack", karpenterProblems({ ...config.karpenter, cluster: { name, vpcId, ...subnets } }));
  const cluster = new Cluster(name, { name, version, authenticationMode, ipFamily, vpcId, ...subnets });
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
