import type {
  LaunchTemplateBlockDeviceMappingRequest,
  LaunchTemplateInstanceNetworkInterfaceSpecificationRequest,
  RequestLaunchTemplateData,
  VolumeType,
} from "@aws-sdk/client-ec2";
import { sdkTags } from "./ec2-instances-api";
import type { BlockDevice, LaunchTemplate, TemplateInterface } from "./launch-template";

/** A launch template in the SDK's words. */
export function sdkTemplate(template: LaunchTemplate): RequestLaunchTemplateData {
  const { tags, spot } = template;
  return {
    ImageId: template.imageId,
    IamInstanceProfile: { Name: template.instanceProfile },
    UserData: Buffer.from(template.userData, "utf8").toString("base64"),
    Monitoring: { Enabled: template.detailedMonitoring },
    BlockDeviceMappings: template.blockDevices.map(blockDevice),
    NetworkInterfaces: template.networkInterfaces.map(networkInterface),
    MetadataOptions: {
      HttpEndpoint: template.metadata.httpEndpoint,
      HttpProtocolIpv6: template.metadata.httpProtocolIPv6,
      HttpPutResponseHopLimit: template.metadata.httpPutResponseHopLimit,
      HttpTokens: template.metadata.httpTokens,
      // Tag keys such as kubernetes.io/cluster/x are not allowed in instance metadata (EC2 user guide, "instance
      // tags").
      InstanceMetadataTags: "disabled",
    },
    ...placement(template),
    ...reserved(template),
    ...(template.enclave && { EnclaveOptions: { Enabled: true } }),
    ...(template.nestedVirtualization !== undefined && {
      CpuOptions: { NestedVirtualization: template.nestedVirtualization },
    }),
    TagSpecifications: (["network-interface", ...(spot ? (["spot-instances-request"] as const) : [])] as const).map(
      (ResourceType) => ({ ResourceType, Tags: sdkTags(tags) }),
    ),
  };
}

function placement({ tenancy, placementGroup }: LaunchTemplate): Pick<RequestLaunchTemplateData, "Placement"> {
  if (tenancy === "default" && placementGroup === undefined) return {};
  return {
    Placement: {
      Tenancy: tenancy,
      ...(placementGroup?.name !== undefined && { GroupName: placementGroup.name }),
      ...(placementGroup?.id !== undefined && { GroupId: placementGroup.id }),
    },
  };
}

function reserved({ reservation }: LaunchTemplate) {
  if (reservation === undefined) return {};
  if (reservation === "none") {
    return { CapacityReservationSpecification: { CapacityReservationPreference: "none" as const } };
  }
  const { id, market } = reservation;
  return {
    CapacityReservationSpecification: {
      CapacityReservationPreference: "capacity-reservations-only" as const,
      CapacityReservationTarget: { CapacityReservationId: id },
    },
    ...(market !== "on-demand" && { InstanceMarketOptions: { MarketType: market } }),
  };
}

const blockDevice = (device: BlockDevice): LaunchTemplateBlockDeviceMappingRequest => ({
  DeviceName: device.deviceName,
  Ebs: {
    DeleteOnTermination: device.deleteOnTermination,
    Encrypted: device.encrypted,
    VolumeSize: device.sizeGiB,
    VolumeType: device.type as VolumeType | undefined, // the CRD allows EC2's words only
    Iops: device.iops,
    Throughput: device.throughput,
    KmsKeyId: device.kmsKeyId,
    SnapshotId: device.snapshotId,
    VolumeInitializationRate: device.initializationRate,
  },
});

const networkInterface = (nic: TemplateInterface): LaunchTemplateInstanceNetworkInterfaceSpecificationRequest => ({
  NetworkCardIndex: nic.networkCard,
  DeviceIndex: nic.device,
  InterfaceType: nic.type === "interface" ? undefined : nic.type,
  Groups: [...nic.securityGroupIds],
  DeleteOnTermination: true,
  AssociatePublicIpAddress: nic.publicIp,
  Ipv4PrefixCount: nic.ipv4Prefixes,
  ConnectionTrackingSpecification: nic.connectionTracking && {
    TcpEstablishedTimeout: nic.connectionTracking.tcpEstablishedTimeout,
    UdpStreamTimeout: nic.connectionTracking.udpStreamTimeout,
    UdpTimeout: nic.connectionTracking.udpTimeout,
  },
});
