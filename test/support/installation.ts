import type { ClusterFacts } from "#components/cluster";
import { Karpenter } from "#components/karpenter";
import type { KarpenterArgs } from "#components/karpenter-args";
import type { Registered } from "./pulumi";
import { registeredBy } from "./pulumi";

/** What is known of a cluster that is ready for Karpenter. */
export const demoCluster = {
  name: "demo",
  endpoint: "https://api.example.com",
  oidcIssuer: "https://oidc.eks.us-east-1.amazonaws.com/id/ABC",
  authenticationMode: "API",
  privateSubnetIds: ["subnet-a", "subnet-b"],
  publicSubnetIds: [],
  securityGroupId: "sg-1",
} as const satisfies ClusterFacts;

/** With an image of one's own, no bundle needs to be built. */
export const ownImage = { image: "example.com/karpenter" } as const;

/** What Karpenter on that cluster registers with the engine. */
export const installed = (args: Partial<KarpenterArgs> = {}): Promise<readonly Registered[]> =>
  registeredBy(() => new Karpenter("karpenter", { cluster: demoCluster, controller: ownImage, ...args }));

export const ofType = (resources: readonly Registered[], type: string): readonly Registered[] =>
  resources.filter((resource) => resource.type === type);
