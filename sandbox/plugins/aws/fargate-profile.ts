import type { FargateProfileArgs, FargateProfileState } from "@pulumi/aws/eks/fargateProfile";
import { present, unless } from "./aws";
import { gone, retagEks, split, timing } from "./eks";
import { define, fixed, named, requiredFixed } from "./resource";

/** Id: `<cluster>:<profile>`. EKS makes and deletes one profile of a cluster at a time and cannot change one. */
export const fargateProfile = define<FargateProfileArgs, FargateProfileState>({
  inputs: {
    clusterName: requiredFixed,
    fargateProfileName: named(63),
    podExecutionRoleArn: requiredFixed,
    selectors: { ...requiredFixed, as: "set" },
    subnetIds: { ...fixed, as: "set", computed: true },
    tags: {},
  },

  async create(inputs, aws) {
    const eks = await aws.eks();
    const { clusterName, podExecutionRoleArn, selectors, subnetIds, tags } = inputs;
    const fargateProfileName = present(inputs.fargateProfileName, "a profile name");
    const subnets = subnetIds && { subnets: subnetIds };
    await eks.createFargateProfile({
      clusterName,
      fargateProfileName,
      podExecutionRoleArn,
      selectors,
      tags,
      ...subnets,
    });
    await eks.waitUntilFargateProfileActive({ clusterName, fargateProfileName }, timing);
    return `${clusterName}:${fargateProfileName}`;
  },

  async read(id, aws) {
    const eks = await aws.eks();
    const [clusterName = "", fargateProfileName = ""] = split(id, ":");
    const answer = await unless(gone, eks.describeFargateProfile({ clusterName, fargateProfileName }));
    const found = answer?.fargateProfile;
    return (
      found && {
        arn: found.fargateProfileArn,
        clusterName,
        fargateProfileName,
        podExecutionRoleArn: found.podExecutionRoleArn,
        selectors: found.selectors?.map(({ namespace = "", labels }) => ({ namespace, labels })),
        status: found.status,
        subnetIds: found.subnets,
        tags: found.tags,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const eks = await aws.eks();
    const [clusterName, fargateProfileName] = split(id, ":");
    const { fargateProfile: found } = await eks.describeFargateProfile({ clusterName, fargateProfileName });
    const resourceArn = found?.fargateProfileArn;
    await retagEks(eks, resourceArn, { olds, news });
  },

  async delete(id, aws) {
    const eks = await aws.eks();
    const [clusterName = "", fargateProfileName = ""] = split(id, ":");
    const profile = { clusterName, fargateProfileName };
    if (!(await unless(gone, eks.deleteFargateProfile(profile)))) return;
    await eks.waitUntilFargateProfileDeleted(profile, timing);
  },
});
