/**
 * The resources that are ours, as Pulumi's dynamic provider calls them. Bundled into `dist/resources.cjs`; nothing here
 * may import Pulumi, which is another copy in that process.
 */
import { awsAuthMapping } from "./aws-auth-mapping";
import { definition } from "./definition";
import { oidcProvider } from "./oidc-provider";
import { podIdentityAgent } from "./pod-identity-agent";
import { provider } from "./provider";
import { spotServiceLinkedRole } from "./spot-service-linked-role";
import { survey } from "./survey";
import { teardown } from "./teardown";

export const resources = {
  AwsAuthMapping: provider(awsAuthMapping),
  Definition: provider(definition),
  OidcProvider: provider(oidcProvider),
  PodIdentityAgent: provider(podIdentityAgent),
  SpotServiceLinkedRole: provider(spotServiceLinkedRole),
  Survey: provider(survey),
  Teardown: provider(teardown),
};

export type ResourceKind = keyof typeof resources;
