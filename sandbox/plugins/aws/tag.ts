import type { TagArgs, TagState } from "@pulumi/aws/ec2/tag";
import { define, required, requiredFixed } from "./resource";

/** One tag on something that another stack owns. Id: `<resource id>,<key>`, as the published provider has it. */
export const tag = define<TagArgs, TagState>({
  inputs: { key: requiredFixed, resourceId: requiredFixed, value: required },

  async create({ key, resourceId, value }, aws) {
    const ec2 = await aws.ec2();
    await ec2.createTags({ Resources: [resourceId], Tags: [{ Key: key, Value: value }] });
    return `${resourceId},${key}`;
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const { resourceId, key } = locate(id);
    const { Tags = [] } = await ec2.describeTags({
      Filters: [
        { Name: "resource-id", Values: [resourceId] },
        { Name: "key", Values: [key] },
      ],
    });
    const found = Tags.find(({ ResourceId, Key }) => ResourceId === resourceId && Key === key);
    return found && { key, resourceId, value: found.Value };
  },

  async update(_id, { news: { key, resourceId, value } }, aws) {
    const ec2 = await aws.ec2();
    await ec2.createTags({ Resources: [resourceId], Tags: [{ Key: key, Value: value }] });
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    const { resourceId, key } = locate(id);
    // The resource may be gone with its tags; EC2 names that by kind (InvalidSubnetID.NotFound,
    // InvalidGroup.NotFound…).
    try {
      await ec2.deleteTags({ Resources: [resourceId], Tags: [{ Key: key }] });
    } catch (error) {
      if (!(error instanceof Error && error.name.endsWith(".NotFound"))) throw error;
    }
  },
});

function locate(id: string): { readonly resourceId: string; readonly key: string } {
  const at = id.indexOf(",");
  if (at < 0) throw new Error(`id ${id} is not of the form <resource id>,<key>`);
  return { resourceId: id.slice(0, at), key: id.slice(at + 1) };
}
