import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { names } from "../controller/contract/names";
import { awsConnection, OwnResource } from "./own-resource";

export interface PodIdentityArgs {
  readonly clusterName: pulumi.Input<string>;
  /** @default "kube-system" */
  readonly namespace?: pulumi.Input<string>;
  /** @default "karpenter" */
  readonly serviceAccount?: pulumi.Input<string>;
  /** What the service account's pods may do; the role has to trust EKS Pod Identity. */
  readonly roleArn: pulumi.Input<string>;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A role for a service account by EKS Pod Identity, and the add-on that hands out its credentials. A cluster has one
 * agent for everybody: it is taken where there is one, as on EKS Auto Mode, and created where there is none. What was
 * created here goes with the stack, unless others have come to use it.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
 */
export class PodIdentity extends pulumi.ComponentResource {
  constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:PodIdentity", name, args, opts);
    const { clusterName, namespace = "kube-system", serviceAccount = names.controller, roleArn, tags } = args;

    const agent = new OwnResource("PodIdentityAgent", name, {
      inputs: { ...awsConnection(this), clusterName },
      opts: { parent: this },
    });
    // After the agent, so that it goes before: an agent that serves nobody any more is told by that.
    new aws.eks.PodIdentityAssociation(
      name,
      { clusterName, namespace, serviceAccount, roleArn, tags },
      { parent: this, dependsOn: [agent] },
    );

    this.registerOutputs({});
  }
}
