import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { tags } from "../controller/contract/tags";

export interface DiscoveryTagsArgs {
  /** The tag's value. */
  readonly clusterName: pulumi.Input<string>;
  /** Where nodes may be launched. Known when the program runs, since there is one tag for each. */
  readonly subnetIds: readonly string[];
  /**
   * The one security group that nodes get. Only one: of two tagged groups on a node, the load balancer controller
   * cannot choose.
   */
  readonly securityGroupId: pulumi.Input<string>;
}

/** Marks subnets and a security group, which may belong to others, with `karpenter.sh/discovery`; and unmarks them. */
export class DiscoveryTags extends pulumi.ComponentResource {
  constructor(name: string, args: DiscoveryTagsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:DiscoveryTags", name, args, opts);
    const tag = { key: tags.discovery, value: args.clusterName };

    for (const subnetId of args.subnetIds) {
      new aws.ec2.Tag(`${name}-${subnetId}`, { resourceId: subnetId, ...tag }, { parent: this });
    }
    new aws.ec2.Tag(`${name}-security-group`, { resourceId: args.securityGroupId, ...tag }, { parent: this });

    this.registerOutputs({});
  }
}
