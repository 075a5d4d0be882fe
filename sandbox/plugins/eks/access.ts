/** Who is let into the cluster, by the way that its authentication mode has. */
import * as aws from "@pulumi/aws";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

export interface AccessArgs {
  readonly cluster: aws.eks.Cluster;
  readonly inputs: ClusterArgs;
  readonly instanceRoles: pulumi.Output<aws.iam.Role[]>;
  /** Signs in to the cluster. */
  readonly provider: k8s.Provider;
  readonly parent: pulumi.Resource;
}

/** One entry for each of `accessEntries`, with its policies. */
export function accessEntries(name: string, { cluster, inputs, parent }: AccessArgs): aws.eks.AccessEntry[] {
  return Object.entries(inputs.accessEntries ?? {}).map(([key, entry]) => {
    const { accessPolicies = {}, username, ...rest } = entry;
    const made = new aws.eks.AccessEntry(
      `${name}-${key}`,
      { clusterName: cluster.name, userName: username, ...rest },
      { parent },
    );
    for (const [policyKey, policy] of Object.entries(accessPolicies)) {
      const { accessScope, policyArn } = pulumi.output(policy);
      new aws.eks.AccessPolicyAssociation(
        `${name}-${key}-${policyKey}`,
        { clusterName: cluster.name, principalArn: entry.principalArn, policyArn, accessScope },
        { parent, dependsOn: made },
      );
    }
    return made;
  });
}

/** The ConfigMap `aws-auth`, where the mode knows it and there is anything to write. The component owns all of it. */
export function awsAuth(name: string, args: AccessArgs): k8s.core.v1.ConfigMap | undefined {
  const { authenticationMode = "CONFIG_MAP", roleMappings, userMappings, instanceRole, instanceRoles } = args.inputs;
  const nothing = !roleMappings && !userMappings && !instanceRole && !instanceRoles;
  if (authenticationMode === "API" || nothing) return undefined;

  const data = pulumi
    .all([args.instanceRoles.apply((roles) => pulumi.all(roles.map(({ arn }) => arn))), roleMappings, userMappings])
    .apply(([nodes, roles = [], users = []]) => ({
      mapRoles: stringify([
        ...nodes.map(nodeMapping),
        ...roles.map(({ roleArn, ...as }) => ({ rolearn: roleArn, ...as })),
      ]),
      ...(users.length > 0 && {
        mapUsers: stringify(users.map(({ userArn, ...as }) => ({ userarn: userArn, ...as }))),
      }),
    }));
  const annotations = { "pulumi.com/patchForce": "true" };
  return new k8s.core.v1.ConfigMap(
    `${name}-nodeAccess`,
    { metadata: { name: "aws-auth", namespace: "kube-system", annotations }, data },
    { parent: args.parent, provider: args.provider },
  );
}

/** https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html */
const nodeMapping = (rolearn: string): object => ({
  rolearn,
  username: "system:node:{{EC2PrivateDNSName}}",
  groups: ["system:bootstrappers", "system:nodes"],
});
