import * as pulumi from "@pulumi/pulumi";
import { withoutPath } from "./iam-settings";
import { OwnResource } from "./own-resource";

export interface AwsAuthMappingArgs {
  /** @default the ambient kubeconfig */
  readonly kubeconfig?: pulumi.Input<string | undefined>;
  /** The role whose machines may join. */
  readonly roleArn: pulumi.Input<string>;
}

/**
 * Our one entry in `mapRoles` of the ConfigMap `kube-system/aws-auth`, for clusters that know no access entries. The
 * whole list is one string with many owners: it is read, changed and written back under its resource version, and only
 * our entry is touched, on the way in and on the way out.
 */
export class AwsAuthMapping extends pulumi.ComponentResource {
  constructor(name: string, args: AwsAuthMappingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:AwsAuthMapping", name, args, opts);
    const kubeconfig = args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig);

    new OwnResource("AwsAuthMapping", name, {
      inputs: { kubeconfig, roleArn: pulumi.output(args.roleArn).apply(withoutPath) },
      opts: { parent: this },
    });

    this.registerOutputs({});
  }
}
