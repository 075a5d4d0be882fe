import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { awsConnection, OwnResource } from "./own-resource";
import { withoutScheme } from "./policy-document";

export interface OidcProviderArgs {
  /** Of the cluster: https://oidc.eks.<region>.amazonaws.com/id/<id> */
  readonly issuer: pulumi.Input<string>;
}

/**
 * IAM's trust in the cluster's tokens. An account holds one for each issuer, so it is taken where there is one, and
 * created where there is none; only what was created here goes with the stack.
 */
export class OidcProvider extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: OidcProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:OidcProvider", name, args, opts);
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const host = pulumi.output(args.issuer).apply(withoutScheme);
    const arn = pulumi.interpolate`arn:${partition}:iam::${accountId}:oidc-provider/${host}`;

    const provider = new OwnResource("OidcProvider", name, {
      inputs: { ...awsConnection(this), issuer: args.issuer, arn },
      opts: { parent: this },
    });

    // The ARN is known before; what uses it waits for the provider all the same.
    this.arn = pulumi.all([arn, provider.id]).apply(([known]) => known);
    this.registerOutputs({ arn: this.arn });
  }
}
