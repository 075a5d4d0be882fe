import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { controllerRoleName, names, policyName } from "../controller/contract/names";
import type { PolicyScope } from "../controller/contract/permissions";
import { clusterArn, controllerPolicies } from "../controller/contract/permissions";
import type { IamSettings } from "./iam-settings";
import type { Trust } from "./identity";
import { OidcProvider } from "./oidc-provider";
import { policyDocument, trustPodIdentity, trustServiceAccount } from "./policy-document";

export interface ControllerRoleArgs extends IamSettings {
  readonly clusterName: pulumi.Input<string>;
  /** Who may take the role on: a service account by its token, or EKS Pod Identity for it. @default "irsa" */
  readonly trust?: Trust;
  /** Of the cluster: https://oidc.eks.<region>.amazonaws.com/id/<id> */
  readonly oidcIssuer: pulumi.Input<string>;
  /** An OIDC provider that is already managed elsewhere. @default found by the issuer, or created */
  readonly oidcProviderArn?: pulumi.Input<string>;
  /** The only role that the controller may hand to machines. */
  readonly nodeRoleArn: pulumi.Input<string>;
  /** The only queue that the controller may read. @default none */
  readonly queueArn?: pulumi.Input<string>;
  /** @default "kube-system" */
  readonly namespace?: pulumi.Input<string>;
  /** What the role and its policies are named after. @default the cluster */
  readonly namedAfter?: pulumi.Input<string>;
  /** @default KarpenterControllerRole-<cluster> */
  readonly roleName?: pulumi.Input<string>;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * What the controller may do, for its service account alone: by IRSA, which works on Fargate too, or by EKS Pod
 * Identity, where a {@link PodIdentity} says which service account that is. Its policies are generated from
 * `controller/contract/permissions.ts`, and are split as upstream splits them: together they would exceed what one
 * policy may hold.
 */
export class ControllerRole extends pulumi.ComponentResource {
  readonly roleName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: ControllerRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:ControllerRole", name, args, opts);
    const { clusterName, permissionsBoundary, path, tags = {} } = args;
    const named = pulumi.output(args.namedAfter ?? clusterName);
    const scope = policyScope(args, { parent: this });
    const assumeRolePolicy =
      args.trust === "podIdentity"
        ? scope.apply((known) => trustPodIdentity(known.account, clusterArn(known)))
        : this.trustByToken(name, args);
    const roleName = args.roleName ?? named.apply(controllerRoleName);
    const role = new aws.iam.Role(
      name,
      { name: roleName, assumeRolePolicy, permissionsBoundary, path, tags },
      { parent: this },
    );

    for (const [title, statements] of Object.entries(controllerPolicies)) {
      if (title === "KarpenterControllerInterruptionPolicy" && args.queueArn === undefined) continue;
      const policy = new aws.iam.Policy(
        `${name}-${title}`,
        {
          name: named.apply((after) => policyName(title, after)),
          path,
          policy: scope.apply((known) => policyDocument(statements(known))),
          tags,
        },
        { parent: this },
      );
      const attachment = { role: role.name, policyArn: policy.arn };
      new aws.iam.RolePolicyAttachment(`${name}-${title}`, attachment, { parent: this });
    }

    this.roleName = role.name;
    this.roleArn = role.arn;
    this.registerOutputs({ roleName: this.roleName, roleArn: this.roleArn });
  }

  private trustByToken(name: string, args: ControllerRoleArgs): pulumi.Output<string> {
    const { oidcIssuer, namespace = "kube-system" } = args;
    const oidcProviderArn =
      args.oidcProviderArn ?? new OidcProvider(name, { issuer: oidcIssuer }, { parent: this }).arn;
    return pulumi
      .all([oidcProviderArn, oidcIssuer, namespace])
      .apply(([provider, issuer, of]) =>
        trustServiceAccount({ oidcProviderArn: provider, issuer, namespace: of, serviceAccount: names.controller }),
      );
  }
}

function policyScope(args: ControllerRoleArgs, opts: pulumi.InvokeOptions): pulumi.Output<PolicyScope> {
  const { partition } = aws.getPartitionOutput({}, opts);
  const { region } = aws.getRegionOutput({}, opts);
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  return pulumi
    .all([pulumi.all([partition, region, accountId]), args.clusterName, args.nodeRoleArn, args.queueArn])
    .apply(([[of, where, account], cluster, nodeRoleArn, queueArn]) => ({
      partition: of,
      region: where,
      account,
      cluster,
      nodeRoleArn,
      queueArn,
    }));
}
