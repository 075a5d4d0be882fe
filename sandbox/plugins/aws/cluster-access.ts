/** Who may do what in a cluster: access entries with their policies, and roles for pods. */
import type { AccessEntryArgs, AccessEntryState } from "@pulumi/aws/eks/accessEntry";
import type {
  AccessPolicyAssociationArgs,
  AccessPolicyAssociationState,
} from "@pulumi/aws/eks/accessPolicyAssociation";
import type { PodIdentityAssociationArgs, PodIdentityAssociationState } from "@pulumi/aws/eks/podIdentityAssociation";
import { present, unless } from "./aws";
import type { Aws } from "./aws";
import { gone, retagEks, split } from "./eks";
import { define, fixed, requiredFixed } from "./resource";
import type { Plain } from "./resource";

/** Id: `<cluster>:<principal arn>`. */
export const accessEntry = define<AccessEntryArgs, AccessEntryState>({
  inputs: {
    clusterName: requiredFixed,
    kubernetesGroups: { as: "set", computed: true },
    principalArn: requiredFixed,
    tags: {},
    type: { ...fixed, fallback: "STANDARD" },
    userName: { computed: true },
  },

  async create(inputs, aws) {
    const eks = await aws.eks();
    await eks.createAccessEntry({
      clusterName: inputs.clusterName,
      kubernetesGroups: inputs.kubernetesGroups,
      principalArn: inputs.principalArn,
      tags: inputs.tags,
      type: inputs.type,
      username: inputs.userName,
    });
    return `${inputs.clusterName}:${inputs.principalArn}`;
  },

  async read(id, aws) {
    const eks = await aws.eks();
    const [clusterName = "", principalArn = ""] = split(id, ":");
    const found = (await unless(gone, eks.describeAccessEntry({ clusterName, principalArn })))?.accessEntry;
    return (
      found && {
        accessEntryArn: found.accessEntryArn,
        clusterName,
        createdAt: found.createdAt?.toISOString(),
        kubernetesGroups: found.kubernetesGroups,
        modifiedAt: found.modifiedAt?.toISOString(),
        principalArn,
        tags: found.tags,
        type: found.type,
        userName: found.username,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const eks = await aws.eks();
    const [clusterName, principalArn] = split(id, ":");
    const { accessEntry: entry } = await eks.updateAccessEntry({
      clusterName,
      principalArn,
      kubernetesGroups: news.kubernetesGroups ?? [],
      username: news.userName,
    });
    const resourceArn = entry?.accessEntryArn;
    await retagEks(eks, resourceArn, { olds, news });
  },

  async delete(id, aws) {
    const eks = await aws.eks();
    const [clusterName, principalArn] = split(id, ":");
    await unless(gone, eks.deleteAccessEntry({ clusterName, principalArn }));
  },
});

/** Id: `<cluster>#<principal arn>#<policy arn>`. */
export const accessPolicyAssociation = define<AccessPolicyAssociationArgs, AccessPolicyAssociationState>({
  inputs: {
    accessScope: { required: true, as: "block" },
    clusterName: requiredFixed,
    policyArn: requiredFixed,
    principalArn: requiredFixed,
  },

  async create(inputs, aws) {
    await associate(inputs, aws);
    return `${inputs.clusterName}#${inputs.principalArn}#${inputs.policyArn}`;
  },

  async read(id, aws) {
    const eks = await aws.eks();
    const [clusterName, principalArn, policyArn] = split(id, "#", 3);
    const request = eks.listAssociatedAccessPolicies({ clusterName, principalArn });
    const listed = (await unless(gone, request))?.associatedAccessPolicies;
    const found = listed?.find((policy) => policy.policyArn === policyArn);
    if (!found) return undefined;
    const { accessScope, associatedAt, modifiedAt } = found;
    return {
      accessScope: { namespaces: accessScope?.namespaces, type: present(accessScope?.type, "an access scope") },
      associatedAt: associatedAt?.toISOString(),
      clusterName,
      modifiedAt: modifiedAt?.toISOString(),
      policyArn,
      principalArn,
    };
  },

  update: (_id, { news }, aws) => associate(news, aws),

  async delete(id, aws) {
    const eks = await aws.eks();
    const [clusterName, principalArn, policyArn] = split(id, "#", 3);
    await unless(gone, eks.disassociateAccessPolicy({ clusterName, principalArn, policyArn }));
  },
});

async function associate(inputs: Plain<AccessPolicyAssociationArgs>, aws: Aws): Promise<void> {
  const eks = await aws.eks();
  const { accessScope, clusterName, policyArn, principalArn } = inputs;
  const { namespaces, type } = accessScope;
  await eks.associateAccessPolicy({
    accessScope: { namespaces, type: type === "namespace" ? "namespace" : "cluster" },
    clusterName,
    policyArn,
    principalArn,
  });
}

/** Id: the association's. It is found by cluster, so an import names both: `<cluster>,<association id>`. */
export const podIdentityAssociation = define<PodIdentityAssociationArgs, PodIdentityAssociationState>({
  deleteBeforeReplace: true,
  inputs: {
    clusterName: requiredFixed,
    disableSessionTags: {},
    namespace: requiredFixed,
    roleArn: { required: true },
    serviceAccount: requiredFixed,
    tags: {},
    targetRoleArn: {},
  },

  async create(inputs, aws) {
    const eks = await aws.eks();
    const { association } = await eks.createPodIdentityAssociation(inputs);
    return present(association?.associationId, "an association id");
  },

  async read(id, aws, known) {
    const eks = await aws.eks();
    const at = located(id, known);
    const found = (await unless(gone, eks.describePodIdentityAssociation(at)))?.association;
    return (
      found && {
        associationArn: found.associationArn,
        associationId: found.associationId,
        clusterName: found.clusterName,
        disableSessionTags: found.disableSessionTags,
        externalId: found.externalId,
        namespace: found.namespace,
        roleArn: found.roleArn,
        serviceAccount: found.serviceAccount,
        tags: found.tags,
        targetRoleArn: found.targetRoleArn,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const eks = await aws.eks();
    const { disableSessionTags, roleArn, targetRoleArn } = news;
    const at = located(id, news);
    const { association } = await eks.updatePodIdentityAssociation({
      ...at,
      disableSessionTags,
      roleArn,
      targetRoleArn: targetRoleArn ?? "",
    });
    const resourceArn = association?.associationArn;
    await retagEks(eks, resourceArn, { olds, news });
  },

  async delete(id, aws, known) {
    const eks = await aws.eks();
    await unless(gone, eks.deletePodIdentityAssociation(located(id, known)));
  },
});

function located(id: string, known: { readonly clusterName?: string }): { clusterName: string; associationId: string } {
  if (known.clusterName) return { clusterName: known.clusterName, associationId: id };
  const [clusterName = "", associationId = ""] = split(id, ",");
  return { clusterName, associationId };
}
