import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { queueName } from "../controller/contract/names";
import type { ClusterFacts } from "./cluster";
import type { ControllerArgs } from "./controller";
import { Controller } from "./controller";
import { controllerSettingsProblems } from "./controller-environment";
import { ControllerRole } from "./controller-role";
import type { CrdsArgs } from "./crds";
import { Crds } from "./crds";
import { DiscoveryTags } from "./discovery-tags";
import { FargateProfile } from "./fargate-profile";
import { InterruptionQueue } from "./interruption-queue";
import { NodePools, nodePoolsProblems } from "./node-pools";
import { NodeRole } from "./node-role";
import type { PoolSettings } from "./pool-settings";
import type { Problem } from "./problem";
import { refuse } from "./problem";
import { SpotServiceLinkedRole } from "./spot-service-linked-role";
import type { TeardownPatience } from "./teardown";
import { Teardown } from "./teardown";

export interface KarpenterArgs {
  /** From `lookUpCluster`, or of a `Cluster`. */
  readonly cluster: ClusterFacts;
  /** How to reach the cluster's API. @default the ambient kubeconfig */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Name → pool, each with its class. @default none */
  readonly nodePools?: Readonly<Record<string, PoolSettings>>;
  /** Of the controller and what belongs to it. @default "kube-system" */
  readonly namespace?: string;
  /** Whether the controller runs on Fargate; else there must be nodes for it that are not Karpenter's. @default true */
  readonly fargate?: boolean;
  /** Whether EC2's warnings are listened to. @default true */
  readonly interruptionQueue?: boolean;
  /** What gets the discovery tag. @default the cluster's private subnets, else its public ones; its security group */
  readonly discovery?: { readonly subnetIds?: readonly string[]; readonly securityGroupId?: pulumi.Input<string> };
  readonly controller?: Pick<ControllerArgs, "image" | "replicas" | "resources" | "settings" | "env">;
  /** Of Karpenter's kinds in the cluster. */
  readonly crds?: CrdsArgs;
  readonly teardown?: TeardownPatience;
  /** On everything in AWS that can carry them. */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Node autoscaling for one cluster: everything in this folder, composed, in the order that makes its removal clean. */
export class Karpenter extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly nodeRoleName: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  readonly instanceProfileName: pulumi.Output<string>;
  readonly controllerRoleArn: pulumi.Output<string>;
  readonly queueName: pulumi.Output<string> | undefined;
  readonly namespace: string;
  /**
   * Let pools and classes of your own depend on this: made once the controller is at work, and gone before it. Were
   * they to depend on all of `Karpenter`, Teardown could not help them where a pod may not be evicted.
   */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: KarpenterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Karpenter", name, {}, withProvider(name, args.kubeconfig, opts));
    const { cluster, kubeconfig, namespace = "kube-system", nodePools = {} } = args;
    refuse("the stack", karpenterProblems(args));
    const ground = this.ground(name, args, namespace);
    const { nodeRole, role, queue } = ground;

    // Removal runs against this order: machines, pools, then what they left, the controller, and what that stands on.
    const controller = this.controller(name, args, ground);
    const patience = { clusterName: cluster.name, kubeconfig, namespace, ...args.teardown };
    // There, and at work, even when `up` never came to the pools.
    const leftovers = new Teardown(`${name}-leftovers`, patience, {
      parent: this,
      dependsOn: [controller, ...ground.all],
    });
    const pools = new NodePools(
      name,
      { nodePools, cluster, nodeRoleName: nodeRole.roleName },
      { parent: this, dependsOn: [leftovers] },
    );
    // Before the pools go: Pulumi's own deletion of a pool would wait in vain for a pod that may not be evicted.
    new Teardown(`${name}-machines`, patience, { parent: this, dependsOn: [pools] });

    this.clusterName = pulumi.output(cluster.name);
    this.nodeRoleName = nodeRole.roleName;
    this.nodeRoleArn = nodeRole.roleArn;
    this.instanceProfileName = nodeRole.instanceProfileName;
    this.controllerRoleArn = role.roleArn;
    this.queueName = queue?.name;
    this.namespace = namespace;
    this.ready = leftovers;
    this.registerOutputs({ clusterName: this.clusterName });
  }

  /** Everything that the controller needs to be there before it starts, and after it stops. */
  private ground(name: string, args: KarpenterArgs, namespace: string): Ground {
    const { cluster, kubeconfig, fargate = true, tags } = args;
    const { name: clusterName, authenticationMode, oidcIssuer, oidcProviderArn } = cluster;
    const parent = { parent: this };

    const nodeRole = new NodeRole(`${name}-node`, { clusterName, authenticationMode, kubeconfig, tags }, parent);
    const queue = args.interruptionQueue === false ? undefined : this.queue(name, args);
    const identity = { clusterName, oidcIssuer, oidcProviderArn, namespace, tags };
    const role = new ControllerRole(
      `${name}-controller`,
      { ...identity, nodeRoleArn: nodeRole.roleArn, queueArn: queue?.arn },
      parent,
    );
    const subnetIds = [...cluster.privateSubnetIds];
    const host = fargate ? [new FargateProfile(name, { clusterName, subnetIds, namespace, tags }, parent)] : [];
    const rest = [
      this.discovery(name, args),
      new SpotServiceLinkedRole(`${name}-spot`, parent),
      new Crds(name, args.crds, parent),
    ];
    return { nodeRole, queue, role, all: [nodeRole, role, ...host, ...rest, ...(queue === undefined ? [] : [queue])] };
  }

  private queue(name: string, { cluster, tags }: KarpenterArgs): InterruptionQueue {
    const called = pulumi.output(cluster.name).apply(queueName);
    return new InterruptionQueue(`${name}-interruption`, { queueName: called, tags }, { parent: this });
  }

  private discovery(name: string, { cluster, discovery = {} }: KarpenterArgs): DiscoveryTags {
    const { privateSubnetIds, publicSubnetIds } = cluster;
    const { subnetIds = privateSubnetIds.length > 0 ? privateSubnetIds : publicSubnetIds } = discovery;
    const { securityGroupId = cluster.securityGroupId } = discovery;
    return new DiscoveryTags(name, { clusterName: cluster.name, subnetIds, securityGroupId }, { parent: this });
  }

  private controller(name: string, args: KarpenterArgs, { role, queue, all }: Ground): Controller {
    const { cluster, namespace, fargate = true } = args;
    return new Controller(
      name,
      {
        ...args.controller,
        clusterName: cluster.name,
        clusterEndpoint: cluster.endpoint,
        region: aws.getRegionOutput({}, { parent: this }).region,
        roleArn: role.roleArn,
        interruptionQueue: queue?.name,
        namespace,
        onFargate: fargate,
      },
      { parent: this, dependsOn: [...all] },
    );
  }
}

type KarpenterSettings = Pick<KarpenterArgs, "nodePools" | "controller" | "fargate"> & {
  readonly cluster: Pick<ClusterFacts, "name" | "privateSubnetIds" | "publicSubnetIds">;
};

/** Looked for before anything is created; the components look again when they are used by themselves. */
export function karpenterProblems(args: KarpenterSettings): readonly Problem[] {
  const { cluster, nodePools = {}, controller, fargate = true } = args;
  return [
    ...(fargate && cluster.privateSubnetIds.length === 0 ? [noPlaceOnFargate] : []),
    ...nodePoolsProblems({ nodePools, cluster, nodeRoleName: pulumi.output("") }),
    ...controllerSettingsProblems(controller?.settings ?? {}),
  ];
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html */
const noPlaceOnFargate: Problem = {
  path: "fargate",
  reason: "needs private subnets, of which the cluster has none; false lets the controller run on nodes",
};

interface Ground {
  readonly nodeRole: NodeRole;
  readonly queue: InterruptionQueue | undefined;
  readonly role: ControllerRole;
  readonly all: readonly pulumi.Resource[];
}

/** Children that live in the cluster find their way there by the kubeconfig, where one is given. */
function withProvider(
  name: string,
  kubeconfig: pulumi.Input<string> | undefined,
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  if (kubeconfig === undefined) return opts;
  const provider = new k8s.Provider(name, { kubeconfig }, opts.parent === undefined ? {} : { parent: opts.parent });
  return pulumi.mergeOptions(opts, { providers: { kubernetes: provider } });
}
