/** A pack of one's own: the rules for Karpenter but one, and a rule of this company. */
const { PolicyPack } = require("@pulumi/policy");
const { policies } = require("pulumi-karpenter/policies");

new PolicyPack("company", {
  policies: [
    ...policies().filter(({ name }) => name !== "tags-set"),
    {
      name: "pools-have-an-owner",
      description: "Nodes say whose they are.",
      enforcementLevel: "mandatory",
      validateResource: ({ type, props }, reportViolation) => {
        if (type !== "kubernetes:karpenter.sh/v1:NodePool") return;
        if (!props.spec.template.metadata?.labels?.owner)
          reportViolation("spec.template.metadata.labels.owner must be set");
      },
    },
  ],
});
