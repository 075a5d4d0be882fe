import type { EipArgs, EipState } from "@pulumi/aws/ec2/eip";
import type { InternetGatewayArgs, InternetGatewayState } from "@pulumi/aws/ec2/internetGateway";
import type { NatGatewayArgs, NatGatewayState } from "@pulumi/aws/ec2/natGateway";
import { present, unless } from "./aws";
import { arnOf, only, retagResource, tagged } from "./ec2";
import { define, fixed } from "./resource";
import { fromTagList } from "./tags";

const noGateway = ["InvalidInternetGatewayID.NotFound"];
const noNat = ["NatGatewayNotFound", "InvalidNatGatewayID.NotFound"];
const noAddress = ["InvalidAllocationID.NotFound"];
/** How long a NAT gateway may take to come or go; AWS needs one to two minutes. */
const maxWaitTime = 600;

export const internetGateway = define<InternetGatewayArgs, InternetGatewayState>({
  completes: true,
  inputs: { tags: {}, vpcId: {} },

  async create({ tags }, aws) {
    const ec2 = await aws.ec2();
    const { InternetGateway } = await ec2.createInternetGateway({
      TagSpecifications: tagged("internet-gateway", tags),
    });
    return present(InternetGateway?.InternetGatewayId, "a gateway id");
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const answer = await unless(noGateway, ec2.describeInternetGateways({ InternetGatewayIds: [id] }));
    const found = only(answer?.InternetGateways);
    return (
      found && {
        arn: arnOf(aws, { owner: found.OwnerId, kind: "internet-gateway", id }),
        ownerId: found.OwnerId,
        tags: fromTagList(found.Tags),
        vpcId: only(found.Attachments)?.VpcId,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const ec2 = await aws.ec2();
    const gateway = { InternetGatewayId: id };
    if (olds.vpcId !== news.vpcId) {
      if (olds.vpcId) await ec2.detachInternetGateway({ ...gateway, VpcId: olds.vpcId });
      if (news.vpcId) await ec2.attachInternetGateway({ ...gateway, VpcId: news.vpcId });
    }
    await retagResource(id, { olds, news }, aws);
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    const gateway = { InternetGatewayId: id };
    const answer = await unless(noGateway, ec2.describeInternetGateways({ InternetGatewayIds: [id] }));
    for (const { VpcId } of only(answer?.InternetGateways)?.Attachments ?? []) {
      await unless(["Gateway.NotAttached"], ec2.detachInternetGateway({ ...gateway, VpcId }));
    }
    await unless(noGateway, ec2.deleteInternetGateway(gateway));
  },
});

/** Id: the allocation. */
export const eip = define<EipArgs, EipState>({
  inputs: { domain: { ...fixed, fallback: "vpc" }, tags: {} },

  async create({ tags }, aws) {
    const ec2 = await aws.ec2();
    const { AllocationId } = await ec2.allocateAddress({
      Domain: "vpc",
      TagSpecifications: tagged("elastic-ip", tags),
    });
    return present(AllocationId, "an allocation id");
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const found = only((await unless(noAddress, ec2.describeAddresses({ AllocationIds: [id] })))?.Addresses);
    return (
      found && {
        allocationId: id,
        associationId: found.AssociationId,
        domain: found.Domain,
        networkInterface: found.NetworkInterfaceId,
        privateIp: found.PrivateIpAddress,
        publicIp: found.PublicIp,
        tags: fromTagList(found.Tags),
      }
    );
  },

  update: (id, change, aws) => retagResource(id, change, aws),

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    await unless(noAddress, ec2.releaseAddress({ AllocationId: id }));
  },
});

export const natGateway = define<NatGatewayArgs, NatGatewayState>({
  inputs: {
    allocationId: fixed,
    connectivityType: { ...fixed, fallback: "public" },
    privateIp: { ...fixed, computed: true },
    subnetId: fixed,
    tags: {},
  },

  async create({ allocationId, connectivityType, privateIp, subnetId, tags }, aws) {
    const ec2 = await aws.ec2();
    const { NatGateway } = await ec2.createNatGateway({
      AllocationId: allocationId,
      ConnectivityType: connectivityType === "private" ? "private" : "public",
      PrivateIpAddress: privateIp,
      SubnetId: subnetId,
      TagSpecifications: tagged("natgateway", tags),
    });
    const id = present(NatGateway?.NatGatewayId, "a gateway id");
    await ec2.waitUntilNatGatewayAvailable({ NatGatewayIds: [id] }, { maxWaitTime, minDelay: 1, maxDelay: 15 });
    return id;
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const found = only((await unless(noNat, ec2.describeNatGateways({ NatGatewayIds: [id] })))?.NatGateways);
    if (!found || found.State === "deleted" || found.State === "deleting") return undefined;
    const address = only(found.NatGatewayAddresses);
    return {
      allocationId: address?.AllocationId,
      associationId: address?.AssociationId,
      connectivityType: found.ConnectivityType,
      networkInterfaceId: address?.NetworkInterfaceId,
      privateIp: address?.PrivateIp,
      publicIp: address?.PublicIp,
      subnetId: found.SubnetId,
      tags: fromTagList(found.Tags),
    };
  },

  update: (id, change, aws) => retagResource(id, change, aws),

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    if (!(await unless(noNat, ec2.deleteNatGateway({ NatGatewayId: id })))) return;
    await ec2.waitUntilNatGatewayDeleted({ NatGatewayIds: [id] }, { maxWaitTime, minDelay: 1, maxDelay: 15 });
  },
});
