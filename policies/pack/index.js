// What `pulumi preview --policy-pack` starts. Plain JavaScript, since nothing compiles what is installed.
const { PolicyPack } = require("@pulumi/policy");
const { policies } = require("../../dist/policies.cjs");

new PolicyPack("pulumi-karpenter", { policies: policies() });
