import * as pulumi from "@pulumi/pulumi";
import { awsConnection, OwnResource } from "./own-resource";

/**
 * The role by which EC2 buys spot machines, once for each account. Taken where it exists; where it does not, it is
 * created, and removed with the stack unless somebody else has spot machines by then.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
 */
export class SpotServiceLinkedRole extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:SpotServiceLinkedRole", name, {}, opts);

    new OwnResource("SpotServiceLinkedRole", name, { inputs: awsConnection(this), opts: { parent: this } });

    this.registerOutputs({});
  }
}
