import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PoolWorth } from "../catalog/pool-worth";
import { AdmissionRules, admissionOf } from "./admission-rules";
import { Controller } from "./controller";
import { definitionsOf } from "./crds";
import { EC2NodeClass } from "./ec2-node-class";
import type { Ground } from "./ground";
import { layGround } from "./ground";
import { trustFor } from "./identity";
import type { KarpenterArgs } from "./karpenter-args";
import { karpenterProblems } from "./karpenter-problems";
import { NodePools, surroundingsOf } from "./node-pools";
import { placementOf } from "./placement";
import type { ClassSettings, ClassSurroundings } from "./pool-settings";
import { ec2NodeClassSpec, settingsProblems } from "./pool-settings";
import { refuse } from "./problem";
import { Survey } from "./survey";
import { Teardown } from "./teardown";

/** Node autoscaling for one cluster: everything in this folder, composed, in the order that makes its removal clean. */
export class Karpenter extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly nodeRoleName: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  readonly instanceProfileName: pulumi.Output<string>;
  readonly controllerRoleArn: pulumi.Output<string>;
  readonly queueName: pulumi.Output<string> | undefined;
  readonly namespace: string;
  /** By name, what each pool can launch and may cost, where that is known. */
  readonly pools: Readonly<Record<string, PoolWorth>>;
  /**
   * Let pools and classes of your own depend on this: made once the controller is at work, and gone before it. Were
   * they to depend on all of `Karpenter`, Teardown could not help them where a pod may not be evicted.
   */
  readonly ready: pulumi.Resource;
  private readonly surroundings: ClassSurroundings;

  constructor(name: string, args: KarpenterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "pulumi-karpenter:index:Karpenter",
      name,
      {},
      afterSurvey(name, args, withProvider(name, args.kubeconfig, opts)),
    );
    const { cluster, kubeconfig, namespace = "kube-system", nodePools = {} } = args;
    refuse("the stack", karpenterProblems(args));
    const ground = layGround(name, args, this);
    const { nodeRole, role, queue } = ground;

    const admission = admissionOf(args.admission);
    if (admission !== undefined) new AdmissionRules(name, admission, { parent: this, dependsOn: [...ground.all] });

    // Removal runs against this order: machines, pools, then what they left, the controller, and what that stands on.
    const controller = this.controller(name, args, ground);
    const patience = { clusterName: cluster.name, kubeconfig, namespace, ...args.teardown };
    // There, and at work, even when `up` never came to the pools.
    const leftovers = new Teardown(`${name}-leftovers`, patience, {
      parent: this,
      dependsOn: [controller, ...ground.all],
    });
    // Else the controller would make profiles, for which it would have to reach IAM.
    const instanceProfileName = args.isolatedVpc === true ? nodeRole.instanceProfileName : undefined;
    const pools = new NodePools(
      name,
      { nodePools, cluster, catalog: args.catalog, nodeRoleName: nodeRole.roleName, instanceProfileName },
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
    this.pools = pools.worth;
    this.surroundings = surroundingsOf({ cluster, nodeRoleName: nodeRole.roleName, instanceProfileName });
    this.registerOutputs({ clusterName: this.clusterName });
  }

  /**
   * A class for pools of your own, with this installation's role or profile, subnets and security group. It is made
   * once the controller is at work. Pools that have it as their `nodeClass`, and this as their parent, are made after
   * it and gone before it.
   * @throws pulumi.InputPropertiesError that lists every problem with its field
   */
  nodeClass(name: string, settings: ClassSettings = {}): EC2NodeClass {
    refuse(`EC2NodeClass ${name}`, settingsProblems({ class: settings }, this.surroundings));
    const spec = ec2NodeClassSpec(settings, this.surroundings);
    return new EC2NodeClass(name, { spec }, { parent: this, dependsOn: [this.ready] });
  }

  private controller(name: string, args: KarpenterArgs, { role, queue, all }: Ground): Controller {
    const { cluster, namespace } = args;
    return new Controller(
      name,
      {
        ...args.controller,
        clusterName: cluster.name,
        clusterEndpoint: cluster.endpoint,
        region: aws.getRegionOutput({}, { parent: this }).region,
        roleArn: trustFor(placementOf(args), args.identity?.trust) === "irsa" ? role.roleArn : undefined,
        interruptionQueue: queue?.name,
        namespace,
        placement: placementOf(args),
        isolatedVpc: args.isolatedVpc,
      },
      { parent: this, dependsOn: [...all] },
    );
  }
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

/** Nothing is begun, children included, before somebody looked whether the cluster is fit for it. */
function afterSurvey(
  name: string,
  { cluster, kubeconfig, crds, survey }: KarpenterArgs,
  opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
  const { parent, dependsOn } = opts;
  const definitions = crds?.adopt === true ? [] : definitionsOf(crds).map(({ metadata }) => metadata.name);
  const args = { ...survey, clusterName: cluster.name, kubeconfig, definitions };
  const surveyed = new Survey(name, args, { parent, dependsOn });
  return pulumi.mergeOptions(opts, { dependsOn: [surveyed] });
}
