import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { awsConnection, OwnResource } from "./own-resource";

/** How long a destroy is patient, and with what. */
export interface TeardownPatience {
  /**
   * Disruption budgets and `karpenter.sh/do-not-disrupt` are honoured for this long; then the pods that are left on
   * nodes that go are deleted.
   * @default 120
   */
  readonly evictAfterSeconds?: number;
  /**
   * After this long the controller is no longer waited for: machines are terminated as they are.
   * @default 600
   */
  readonly deadlineSeconds?: number;
}

export interface TeardownArgs extends TeardownPatience {
  readonly clusterName: pulumi.Input<string>;
  /** @default the ambient kubeconfig; its cluster must still be the same one at destroy */
  readonly kubeconfig?: pulumi.Input<string | undefined>;
  /** Of the controller. @default "kube-system" */
  readonly namespace?: pulumi.Input<string>;
}

/**
 * Nothing while it lives. When it is deleted, everything that the controller made goes: pools and claims, also those
 * that Pulumi knows nothing of, machines, launch templates, instance profiles, network interfaces.
 *
 * Let it depend on all that this takes: the controller, its role and queue, and the network. `Karpenter` does.
 */
export class Teardown extends pulumi.ComponentResource {
  constructor(name: string, args: TeardownArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Teardown", name, args, opts);
    const { clusterName, namespace = "kube-system", evictAfterSeconds = 120, deadlineSeconds = 600 } = args;
    const kubeconfig = args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig);
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });

    new OwnResource("Teardown", name, {
      inputs: {
        ...awsConnection(this),
        account: accountId,
        clusterName,
        kubeconfig,
        namespace,
        evictAfterSeconds,
        deadlineSeconds,
      },
      opts: { parent: this },
    });

    this.registerOutputs({});
  }
}
