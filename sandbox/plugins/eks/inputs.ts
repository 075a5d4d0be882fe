import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

/** What the sandbox does as the published component does. */
const honoured = new Set<string>([
  "accessEntries",
  "authenticationMode",
  "bootstrapSelfManagedAddons",
  "clusterSecurityGroup",
  "clusterSecurityGroupTags",
  "clusterTags",
  "createOidcProvider",
  "deletionProtection",
  "enabledClusterLogTypes",
  "endpointPrivateAccess",
  "endpointPublicAccess",
  "fargate",
  "instanceRole",
  "instanceRoles",
  "kubernetesServiceIpAddressRange",
  "name",
  "nodeSecurityGroupTags",
  "privateSubnetIds",
  "publicAccessCidrs",
  "publicSubnetIds",
  "roleMappings",
  "serviceRole",
  "skipDefaultNodeGroup",
  "skipDefaultSecurityGroups",
  "subnetIds",
  "tags",
  "upgradePolicy",
  "userMappings",
  "version",
  "vpcId",
] satisfies (keyof ClusterArgs)[]);

/** About signing in and about add-ons that the sandbox's nodes run without. */
const harmless = new Set<string>([
  "corednsAddonOptions",
  "createInstanceRole",
  "enableConfigMapMutable",
  "kubeProxyAddonOptions",
  "providerCredentialOpts",
  "proxy",
  "storageClasses",
  "useDefaultVpcCni",
  "vpcCniOptions",
] satisfies (keyof ClusterArgs)[]);

/** @throws pulumi.InputPropertiesError with every input that the sandbox would have to ignore. */
export function refuseUnknown(name: string, args: ClusterArgs): void {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const errors = given
    .filter(([property]) => !honoured.has(property) && !harmless.has(property))
    .map(([propertyPath]) => ({ propertyPath, reason: "is not supported in the sandbox" }));
  if (!args.skipDefaultNodeGroup && !args.fargate) {
    const reason = "must be true in the sandbox, which has no default node group, unless there is a Fargate profile";
    errors.push({ propertyPath: "skipDefaultNodeGroup", reason });
  }
  if (errors.length > 0) throw new pulumi.InputPropertiesError({ message: `cluster ${name}`, errors });
}
