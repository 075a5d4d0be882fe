import assert from "node:assert/strict";
import { Crds, type CrdsArgs } from "#components/crds";
import { registeredBy } from "#support/pulumi";

const definitions = async (args?: CrdsArgs): Promise<readonly string[]> => {
  const resources = await registeredBy(() => new Crds("karpenter", args));
  return resources
    .filter(({ type }) => type === "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    .map(({ inputs }) => (inputs["metadata"] as { readonly name: string }).name)
    .sort();
};

describe("Crds", function () {
  this.timeout(30_000);
  const own = [
    "ec2nodeclasses.karpenter.k8s.aws",
    "nodeclaims.karpenter.sh",
    "nodeoverlays.karpenter.sh",
    "nodepools.karpenter.sh",
  ];

  it("API-031 has every kind, and leaves the one that it shares with Cluster Autoscaler alone when told so", async () => {
    assert.deepEqual(await definitions(), ["capacitybuffers.autoscaling.x-k8s.io", ...own]);
    assert.deepEqual(await definitions({ capacityBuffers: false }), own);
  });
});
