import type { RequestLaunchTemplateData, ResponseLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { LaunchTemplateArgs, LaunchTemplateState } from "@pulumi/aws/ec2/launchTemplate";
import { present, unless } from "./aws";
import type { Aws } from "./aws";
import { only, partitionOf, retagResource, tagged } from "./ec2";
import { define, named, prefix } from "./resource";
import type { Plain } from "./resource";
import { fromTagList, toTagList } from "./tags";

type Args = Plain<LaunchTemplateArgs>;

const gone = ["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException"];

/** Every change makes a new version; which one is the default is the program's choice, as in the published provider. */
export const launchTemplate = define<LaunchTemplateArgs, LaunchTemplateState>({
  inputs: {
    blockDeviceMappings: { as: "set" },
    defaultVersion: { computed: true },
    description: {},
    ebsOptimized: {},
    iamInstanceProfile: { as: "block" },
    imageId: {},
    instanceType: {},
    keyName: {},
    metadataOptions: { as: "block" },
    monitoring: { as: "block" },
    name: named(128),
    namePrefix: prefix,
    tagSpecifications: { as: "set" },
    tags: {},
    updateDefaultVersion: { remembered: true },
    userData: {},
    vpcSecurityGroupIds: { as: "set" },
  },

  async create(inputs, aws) {
    const ec2 = await aws.ec2();
    const { LaunchTemplate } = await ec2.createLaunchTemplate({
      LaunchTemplateName: inputs.name,
      LaunchTemplateData: toData(inputs),
      TagSpecifications: tagged("launch-template", inputs.tags),
      VersionDescription: inputs.description,
    });
    return present(LaunchTemplate?.LaunchTemplateId, "a launch template id");
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const answer = await unless(gone, ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] }));
    const template = only(answer?.LaunchTemplates);
    if (!template) return undefined;
    const versions = { LaunchTemplateId: id, Versions: [String(template.LatestVersionNumber)] };
    const latest = only((await ec2.describeLaunchTemplateVersions(versions)).LaunchTemplateVersions);
    return {
      ...fromData(latest?.LaunchTemplateData ?? {}),
      arn: await arnOfTemplate(id, aws),
      defaultVersion: template.DefaultVersionNumber,
      description: latest?.VersionDescription,
      latestVersion: template.LatestVersionNumber,
      name: template.LaunchTemplateName,
      tags: fromTagList(template.Tags),
    };
  },

  async update(id, { olds, news }, aws) {
    const ec2 = await aws.ec2();
    const template = { LaunchTemplateId: id };
    const content = (inputs: Partial<Args>): string => JSON.stringify([toData(inputs), inputs.description]);
    const { LaunchTemplateVersion: made } =
      content(olds) === content(news)
        ? {}
        : await ec2.createLaunchTemplateVersion({
            ...template,
            LaunchTemplateData: toData(news),
            VersionDescription: news.description,
          });
    const version = news.updateDefaultVersion ? made?.VersionNumber : news.defaultVersion;
    if (version !== undefined) await ec2.modifyLaunchTemplate({ ...template, DefaultVersion: String(version) });
    await retagResource(id, { olds, news }, aws);
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    await unless(gone, ec2.deleteLaunchTemplate({ LaunchTemplateId: id }));
  },
});

/** The published provider takes these switches as text. */
const truth = (text: string | undefined): boolean | undefined => (text === undefined ? undefined : text === "true");

const whole = <T>(list: readonly T[] | undefined): T[] | undefined => (list?.length ? [...list] : undefined);

/** Empty lists and blocks are left out: EC2 refuses some of them. */
function toData(inputs: Partial<Args>): RequestLaunchTemplateData {
  const { iamInstanceProfile: profile, metadataOptions: metadata } = inputs;
  const data = {
    BlockDeviceMappings: whole(inputs.blockDeviceMappings)?.map(toDevice),
    EbsOptimized: truth(inputs.ebsOptimized),
    IamInstanceProfile: profile && { Arn: profile.arn, Name: profile.name },
    ImageId: inputs.imageId,
    InstanceType: inputs.instanceType,
    KeyName: inputs.keyName,
    MetadataOptions: metadata && {
      HttpEndpoint: metadata.httpEndpoint,
      HttpProtocolIpv6: metadata.httpProtocolIpv6,
      HttpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
      HttpTokens: metadata.httpTokens,
      InstanceMetadataTags: metadata.instanceMetadataTags,
    },
    Monitoring: inputs.monitoring && { Enabled: inputs.monitoring.enabled },
    SecurityGroupIds: whole(inputs.vpcSecurityGroupIds),
    TagSpecifications: whole(inputs.tagSpecifications)?.map(({ resourceType, tags }) => ({
      ResourceType: resourceType,
      Tags: toTagList(tags),
    })),
    UserData: inputs.userData,
  };
  // EC2 itself refuses a word that is none of its own; the SDK types list them.
  return data as RequestLaunchTemplateData;
}

type Device = NonNullable<Args["blockDeviceMappings"]>[number];

const toDevice = ({ deviceName, ebs, noDevice, virtualName }: Device): object => ({
  DeviceName: deviceName,
  NoDevice: noDevice,
  VirtualName: virtualName,
  Ebs: ebs && {
    DeleteOnTermination: truth(ebs.deleteOnTermination),
    Encrypted: truth(ebs.encrypted),
    Iops: ebs.iops,
    KmsKeyId: ebs.kmsKeyId,
    SnapshotId: ebs.snapshotId,
    Throughput: ebs.throughput,
    VolumeSize: ebs.volumeSize,
    VolumeType: ebs.volumeType,
  },
});

function fromData(data: ResponseLaunchTemplateData): Partial<Plain<LaunchTemplateState>> {
  const { IamInstanceProfile: profile, MetadataOptions: metadata } = data;
  return {
    blockDeviceMappings: data.BlockDeviceMappings?.map(fromDevice),
    ebsOptimized: data.EbsOptimized === undefined ? undefined : String(data.EbsOptimized),
    iamInstanceProfile: profile && { arn: profile.Arn, name: profile.Name },
    imageId: data.ImageId,
    instanceType: data.InstanceType,
    keyName: data.KeyName,
    metadataOptions: metadata && {
      httpEndpoint: metadata.HttpEndpoint,
      httpProtocolIpv6: metadata.HttpProtocolIpv6,
      httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
      httpTokens: metadata.HttpTokens,
      instanceMetadataTags: metadata.InstanceMetadataTags,
    },
    monitoring: data.Monitoring && { enabled: data.Monitoring.Enabled },
    tagSpecifications: (data.TagSpecifications ?? []).filter(isOfInstances).map(({ ResourceType, Tags }) => ({
      resourceType: ResourceType,
      tags: fromTagList(Tags),
    })),
    userData: data.UserData,
    vpcSecurityGroupIds: data.SecurityGroupIds,
  };
}

/** The emulator keeps the template's own tags among those that it gives to instances. */
const isOfInstances = ({ ResourceType }: { ResourceType?: string }): boolean => ResourceType !== "launch-template";

function fromDevice({
  DeviceName,
  Ebs,
  NoDevice,
  VirtualName,
}: NonNullable<ResponseLaunchTemplateData["BlockDeviceMappings"]>[number]): Device {
  return {
    deviceName: DeviceName,
    noDevice: NoDevice,
    virtualName: VirtualName,
    ebs: Ebs && {
      deleteOnTermination: Ebs.DeleteOnTermination === undefined ? undefined : String(Ebs.DeleteOnTermination),
      encrypted: Ebs.Encrypted === undefined ? undefined : String(Ebs.Encrypted),
      iops: Ebs.Iops,
      kmsKeyId: Ebs.KmsKeyId,
      snapshotId: Ebs.SnapshotId,
      throughput: Ebs.Throughput,
      volumeSize: Ebs.VolumeSize,
      volumeType: Ebs.VolumeType,
    },
  };
}

async function arnOfTemplate(id: string, aws: Aws): Promise<string> {
  const sts = await aws.sts();
  const { Account = "" } = await sts.getCallerIdentity({});
  return `arn:${partitionOf(aws.region)}:ec2:${aws.region}:${Account}:launch-template/${id}`;
}
