import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { controllerLabels, names } from "../controller/contract/names";

type FlowSchemaSpec = k8s.types.input.flowcontrol.v1.FlowSchemaSpec;

export interface FlowSchemasArgs {
  /** Of the controller's service account; in kube-system the API server sees to all accounts by itself. */
  readonly namespace: string;
}

/**
 * Lets the API server hear the controller when it is busy with others. Without it the lease is renewed in one queue
 * with everybody's requests, and a controller that cannot renew its lease stops.
 * @see https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/
 */
export class FlowSchemas extends pulumi.ComponentResource {
  constructor(name: string, args: FlowSchemasArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:FlowSchemas", name, args, opts);
    const subjects = [
      { kind: "ServiceAccount", serviceAccount: { name: names.controller, namespace: args.namespace } },
    ];
    const anywhere = { namespaces: ["*"] };

    this.flowSchema(name, "leader-election", {
      matchingPrecedence: 200,
      priorityLevelConfiguration: { name: "leader-election" },
      rules: [
        {
          subjects,
          resourceRules: [
            {
              ...anywhere,
              apiGroups: ["coordination.k8s.io"],
              resources: ["leases"],
              verbs: ["get", "create", "update", "patch"],
            },
          ],
        },
      ],
    });
    this.flowSchema(name, "workload", {
      matchingPrecedence: 1000,
      priorityLevelConfiguration: { name: "workload-high" },
      rules: [
        {
          subjects,
          nonResourceRules: [{ nonResourceURLs: ["*"], verbs: ["*"] }],
          resourceRules: [{ ...anywhere, apiGroups: ["*"], resources: ["*"], verbs: ["*"], clusterScope: true }],
        },
      ],
    });
    this.registerOutputs({});
  }

  /** Both are the cluster's, and are called the same in every stack: a cluster has one controller. */
  private flowSchema(name: string, purpose: string, spec: Omit<FlowSchemaSpec, "distinguisherMethod">): void {
    new k8s.flowcontrol.v1.FlowSchema(
      `${name}-${purpose}`,
      {
        metadata: { name: `${names.controller}-${purpose}`, labels: { ...controllerLabels } },
        spec: { distinguisherMethod: { type: "ByUser" }, ...spec },
      },
      { parent: this },
    );
  }
}
