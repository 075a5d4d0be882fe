import * as pulumi from "@pulumi/pulumi";
import { queueName } from "../controller/contract/names";
import { ControllerRole } from "./controller-role";
import { Crds } from "./crds";
import { DiscoveryTags } from "./discovery-tags";
import { FargateProfile } from "./fargate-profile";
import { namedAfter, trustFor } from "./identity";
import { InterruptionQueue } from "./interruption-queue";
import { vpcEndpointsOf } from "./isolated-vpc";
import type { KarpenterArgs } from "./karpenter-args";
import { NodeRole } from "./node-role";
import { fargateSubnets, groupSubnets, placementOf } from "./placement";
import { PodIdentity } from "./pod-identity";
import { SpotServiceLinkedRole } from "./spot-service-linked-role";
import { SystemGroup } from "./system-group";

/** Everything that the controller needs to be there before it starts, and after it stops. */
export interface Ground {
  readonly nodeRole: NodeRole;
  readonly queue: InterruptionQueue | undefined;
  readonly role: ControllerRole;
  readonly all: readonly pulumi.Resource[];
}

/** Makes the ground, as children of `parent`. */
export function layGround(name: string, args: KarpenterArgs, parent: pulumi.Resource): Ground {
  const { cluster, kubeconfig, namespace = "kube-system", tags, identity = {} } = args;
  const { name: clusterName, authenticationMode, oidcIssuer, oidcProviderArn } = cluster;
  const { permissionsBoundary, path } = identity;
  const opts = { parent };

  const roles = { clusterName, namedAfter: namedAfter(clusterName, identity, opts), permissionsBoundary, path, tags };

  const nodeRole = new NodeRole(
    `${name}-node`,
    { ...roles, authenticationMode, ipFamily: cluster.ipFamily, kubeconfig },
    opts,
  );
  const queue = args.interruptionQueue === false ? undefined : interruptionQueue(name, args, parent);
  const trust = trustFor(placementOf(args), identity.trust);
  const role = new ControllerRole(
    `${name}-controller`,
    {
      ...roles,
      ...{ trust, oidcIssuer, oidcProviderArn, namespace },
      ...{ nodeRoleArn: nodeRole.roleArn, queueArn: queue?.arn },
    },
    opts,
  );
  const host = hostOf(name, args, parent);
  const rest = [
    discoveryTags(name, args, parent),
    ...vpcEndpointsOf(name, args, opts),
    new SpotServiceLinkedRole(`${name}-spot`, opts),
    new Crds(name, { ...args.crds, kubeconfig }, opts),
    ...(trust === "irsa"
      ? []
      : [new PodIdentity(`${name}-controller`, { clusterName, namespace, roleArn: role.roleArn, tags }, opts)]),
  ];
  return { nodeRole, queue, role, all: [nodeRole, role, ...host, ...rest, ...(queue === undefined ? [] : [queue])] };
}

/** What the controller runs on, where that is ours to make. */
function hostOf(name: string, args: KarpenterArgs, parent: pulumi.Resource): readonly pulumi.Resource[] {
  const { cluster, namespace, tags, identity: { permissionsBoundary, path } = {} } = args;
  const placement = placementOf(args);
  const common = { clusterName: cluster.name, permissionsBoundary, path, tags };
  switch (placement.on) {
    case "fargate": {
      const subnetIds = [...fargateSubnets(placement, cluster)];
      return [new FargateProfile(name, { ...common, subnetIds, namespace }, { parent })];
    }
    case "group": {
      const { size, instanceTypes } = placement;
      const subnetIds = [...groupSubnets(placement, cluster)];
      const { ipFamily } = cluster;
      return [new SystemGroup(`${name}-system`, { ...common, subnetIds, size, instanceTypes, ipFamily }, { parent })];
    }
    case "existing":
      return [];
  }
}

function interruptionQueue(name: string, { cluster, tags }: KarpenterArgs, parent: pulumi.Resource): InterruptionQueue {
  const called = pulumi.output(cluster.name).apply(queueName);
  return new InterruptionQueue(`${name}-interruption`, { queueName: called, tags }, { parent });
}

function discoveryTags(
  name: string,
  { cluster, discovery = {} }: KarpenterArgs,
  parent: pulumi.Resource,
): DiscoveryTags {
  const { privateSubnetIds, publicSubnetIds } = cluster;
  const { subnetIds = privateSubnetIds.length > 0 ? privateSubnetIds : publicSubnetIds } = discovery;
  const { securityGroupId = cluster.securityGroupId } = discovery;
  return new DiscoveryTags(name, { clusterName: cluster.name, subnetIds, securityGroupId }, { parent });
}
