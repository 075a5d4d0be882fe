/** How the controller proves to AWS who it is. */
import type { Placement } from "./placement";
import type { Problem } from "./problem";

/**
 * `irsa`: by a token of its service account, which IAM trusts by the cluster's OIDC provider. Works everywhere.
 * `podIdentity`: by EKS Pod Identity, whose agent runs on every node; there is none on Fargate.
 */
export type Trust = "irsa" | "podIdentity";

export interface IdentityArgs {
  /**
   * How the controller gets its role.
   * @default podIdentity on a group of its own; elsewhere irsa, so that no installation changes by an upgrade
   */
  readonly trust?: Trust;
}

/** Existing nodes may be of an installation that has used IRSA all along: they go on with it until asked. */
export const trustFor = (placement: Placement, asked?: Trust): Trust =>
  asked ?? (placement.on === "group" ? "podIdentity" : "irsa");

const trusts: readonly string[] = ["irsa", "podIdentity"] satisfies readonly Trust[];
const fields: Readonly<Record<keyof IdentityArgs, true>> = { trust: true };

/** What is wrong with what was said of the controller's identity. */
export function identityProblems(identity: IdentityArgs, placement: Placement): readonly Problem[] {
  const { trust } = identity;
  const problem = (path: string, reason: string, is: boolean): readonly Problem[] => (is ? [{ path, reason }] : []);
  return [
    ...Object.keys(identity).flatMap((field) =>
      problem(`identity.${field}`, `is unknown; known are ${Object.keys(fields).join(", ")}`, !(field in fields)),
    ),
    ...problem("identity.trust", `must be one of ${trusts.join(", ")}`, trust !== undefined && !trusts.includes(trust)),
    ...problem(
      "identity.trust",
      "podIdentity does not go with Fargate, where its agent cannot run; irsa does",
      trust === "podIdentity" && placement.on === "fargate",
    ),
  ];
}
