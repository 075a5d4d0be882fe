import assert from "node:assert/strict";
import { Crds, type CrdsArgs } from "#components/crds";
import { pulumiHolderOf } from "#components/resources/installed-definition";
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

  it("takes over what is there by resources of our own, in place of those that would have to make it", async () => {
    const resources = await registeredBy(() => new Crds("karpenter", { adopt: true, retain: true }));
    const adopted = resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/pulumi-karpenter:Definition");
    assert.deepEqual(adopted.map(({ inputs }) => inputs["name"]).sort(), [
      "capacitybuffers.autoscaling.x-k8s.io",
      ...own,
    ]);
    assert.ok(adopted.every(({ inputs }) => inputs["retain"] === true));
    assert.deepEqual(await definitions({ adopt: true }), []);
  });
});

describe("the field manager that holds a definition", () => {
  const holderOf = (...managers: readonly string[]): string | undefined =>
    pulumiHolderOf({ metadata: { managedFields: managers.map((manager) => ({ manager })) } });

  it("counts when it is a Pulumi stack's, and not our own way of adopting", () => {
    assert.equal(holderOf("kube-apiserver", "pulumi-kubernetes-5fe1d2c3"), "pulumi-kubernetes-5fe1d2c3");
    assert.equal(holderOf("helm", "kubectl-client-side-apply", "pulumi-karpenter"), undefined);
    assert.equal(pulumiHolderOf({ metadata: {} }), undefined);
  });
});
