import type { AddonArgs, AddonState } from "@pulumi/aws/eks/addon";
import { unless } from "./aws";
import { gone, retagEks, split, timing } from "./eks";
import { define, requiredFixed } from "./resource";

/** Id: `<cluster>:<add-on>`. */
export const addon = define<AddonArgs, AddonState>({
  inputs: {
    addonName: requiredFixed,
    addonVersion: { computed: true },
    clusterName: requiredFixed,
    configurationValues: { as: "json", computed: true },
    preserve: { remembered: true },
    resolveConflictsOnCreate: { remembered: true },
    resolveConflictsOnUpdate: { remembered: true },
    serviceAccountRoleArn: {},
    tags: {},
  },

  async create(inputs, aws) {
    const eks = await aws.eks();
    const { addonName, clusterName } = inputs;
    await eks.createAddon({
      addonName,
      addonVersion: inputs.addonVersion,
      clusterName,
      configurationValues: inputs.configurationValues,
      resolveConflicts: conflicts(inputs.resolveConflictsOnCreate),
      serviceAccountRoleArn: inputs.serviceAccountRoleArn,
      tags: inputs.tags,
    });
    await eks.waitUntilAddonActive({ clusterName, addonName }, timing);
    return `${clusterName}:${addonName}`;
  },

  async read(id, aws) {
    const eks = await aws.eks();
    const [clusterName = "", addonName = ""] = split(id, ":");
    const found = (await unless(gone, eks.describeAddon({ clusterName, addonName })))?.addon;
    return (
      found && {
        addonName,
        addonVersion: found.addonVersion,
        arn: found.addonArn,
        clusterName,
        configurationValues: found.configurationValues,
        createdAt: found.createdAt?.toISOString(),
        modifiedAt: found.modifiedAt?.toISOString(),
        serviceAccountRoleArn: found.serviceAccountRoleArn,
        tags: found.tags,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const eks = await aws.eks();
    const [clusterName = "", addonName = ""] = split(id, ":");
    await eks.updateAddon({
      addonName,
      addonVersion: news.addonVersion,
      clusterName,
      configurationValues: news.configurationValues,
      resolveConflicts: conflicts(news.resolveConflictsOnUpdate),
      serviceAccountRoleArn: news.serviceAccountRoleArn,
    });
    const { addon: found } = await eks.describeAddon({ clusterName, addonName });
    const resourceArn = found?.addonArn;
    await retagEks(eks, resourceArn, { olds, news });
  },

  async delete(id, aws, { preserve = false }) {
    const eks = await aws.eks();
    const [clusterName = "", addonName = ""] = split(id, ":");
    const which = { clusterName, addonName };
    if (await unless(gone, eks.deleteAddon({ ...which, preserve }))) await eks.waitUntilAddonDeleted(which, timing);
  },
});

const resolutions = ["NONE", "OVERWRITE", "PRESERVE"] as const;
const conflicts = (text: string | undefined): (typeof resolutions)[number] | undefined =>
  resolutions.find((known) => known === text);
