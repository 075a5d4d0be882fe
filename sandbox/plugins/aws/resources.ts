/** The resource types that the sandbox's aws plugin knows, by type token. */
import { addon } from "./addon";
import { cluster } from "./cluster";
import { accessEntry, accessPolicyAssociation, podIdentityAssociation } from "./cluster-access";
import { eventRule, eventTarget } from "./event-rule";
import { fargateProfile } from "./fargate-profile";
import { eip, internetGateway, natGateway } from "./gateways";
import { instanceProfile, openIdConnectProvider, serviceLinkedRole } from "./identity";
import { launchTemplate } from "./launch-template";
import { subnet, vpc } from "./network";
import { nodeGroup } from "./node-group";
import { queue, queuePolicy } from "./queue";
import type { Resource } from "./resource";
import { role } from "./role";
import { policy, rolePolicy, rolePolicyAttachment } from "./role-policies";
import { route, routeTable, routeTableAssociation } from "./route-table";
import { securityGroup } from "./security-group";
import { securityGroupEgressRule, securityGroupIngressRule, securityGroupRule } from "./security-group-rule";
import { tag } from "./tag";

export const resources: Readonly<Record<string, Resource>> = {
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/securityGroupRule:SecurityGroupRule": securityGroupRule,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/tag:Tag": tag,
  "aws:ec2/vpc:Vpc": vpc,
  "aws:eks/accessEntry:AccessEntry": accessEntry,
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": accessPolicyAssociation,
  "aws:eks/addon:Addon": addon,
  "aws:eks/cluster:Cluster": cluster,
  "aws:eks/fargateProfile:FargateProfile": fargateProfile,
  "aws:eks/nodeGroup:NodeGroup": nodeGroup,
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": podIdentityAssociation,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": openIdConnectProvider,
  "aws:iam/policy:Policy": policy,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": serviceLinkedRole,
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": queuePolicy,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupEgressRule,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupIngressRule,
};
