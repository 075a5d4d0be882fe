/** Who the controller and its nodes are in AWS. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { IamSettings } from "./iam-settings";
import { iamSettingsProblems } from "./iam-settings";
import type { Placement } from "./placement";
import type { Problem } from "./problem";
import { problem, unknownFields } from "./problem";

/**
 * `irsa`: by a token of its service account, which IAM trusts by the cluster's OIDC provider. Works everywhere.
 * `podIdentity`: by EKS Pod Identity, whose agent runs on every node; there is none on Fargate.
 */
export type Trust = "irsa" | "podIdentity";

/** What the names of roles and policies end in, which IAM keeps for all regions at once. */
export type Naming = "cluster" | "clusterAndRegion";

export interface IdentityArgs extends IamSettings {
  /**
   * How the controller gets its role.
   * @default podIdentity on a group of its own; elsewhere irsa, so that no installation changes by an upgrade
   */
  readonly trust?: Trust;
  /**
   * What roles and policies are named after: `clusterAndRegion` where an account has clusters of one name in several
   * regions. Another naming is other roles, and nodes with the old one are replaced.
   * @default cluster, as upstream does
   */
  readonly naming?: Naming;
}

/** Existing nodes may be of an installation that has used IRSA all along: they go on with it until asked. */
export const trustFor = (placement: Placement, asked?: Trust): Trust =>
  asked ?? (placement.on === "group" ? "podIdentity" : "irsa");

/** What roles and policies are named after. */
export function namedAfter(
  clusterName: pulumi.Input<string>,
  { naming = "cluster" }: IdentityArgs,
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  if (naming === "cluster") return pulumi.output(clusterName);
  return pulumi.interpolate`${clusterName}-${aws.getRegionOutput({}, opts).region}`;
}

const namings: readonly string[] = ["cluster", "clusterAndRegion"] satisfies readonly Naming[];
const trusts: readonly string[] = ["irsa", "podIdentity"] satisfies readonly Trust[];
const fields: Readonly<Record<keyof IdentityArgs, true>> = {
  trust: true,
  naming: true,
  path: true,
  permissionsBoundary: true,
};

/** What is wrong with what was said of the controller's identity. */
export function identityProblems(identity: IdentityArgs, placement: Placement): readonly Problem[] {
  const { trust, naming } = identity;
  return [
    ...unknownFields(identity, Object.keys(fields), "identity."),
    ...problem("identity.trust", `must be one of ${trusts.join(", ")}`, trust !== undefined && !trusts.includes(trust)),
    ...problem(
      "identity.trust",
      "podIdentity does not go with Fargate, where its agent cannot run; irsa does",
      trust === "podIdentity" && placement.on === "fargate",
    ),
    ...problem(
      "identity.naming",
      `must be one of ${namings.join(", ")}`,
      naming !== undefined && !namings.includes(naming),
    ),
    ...iamSettingsProblems(identity, "identity"),
  ];
}
