import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "#components/cluster";
import { readStackConfig } from "#components/stack-config";
import { demoCluster, installed } from "#support/installation";
import type { Registered } from "#support/pulumi";

/** What the roles of pools' nodes and of the controller's may do for the network plugin: managed, or by policy. */
async function granted(ipFamily: ClusterFacts["ipFamily"]): Promise<readonly Registered[]> {
  const resources = await installed({ cluster: { ...demoCluster, ipFamily }, placement: { on: "group" } });
  return resources.filter(({ name }) => /-AmazonEKS_CNI_(IPv6_)?Policy$/.test(name));
}

describe("Addresses of pods", function () {
  this.timeout(30_000);

  for (const ipFamily of ["ipv4", undefined] as const) {
    it(`are given out as AWS' own policy allows: ${ipFamily ?? "unless it is said"}`, async () => {
      assert.deepEqual(
        (await granted(ipFamily)).map(({ inputs }) => inputs["policyArn"]),
        Array<string>(2).fill("arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"),
      );
    });
  }

  it("are given out by a policy of the stack's where they are of IPv6, for which AWS has none", async () => {
    const grants = await granted("ipv6");

    assert.deepEqual(grants.map(({ name }) => name).sort(), [
      "karpenter-node-AmazonEKS_CNI_IPv6_Policy",
      "karpenter-system-AmazonEKS_CNI_IPv6_Policy",
    ]);
    for (const { type, inputs } of grants) {
      const { Statement } = JSON.parse(String(inputs["policy"])) as { readonly Statement: readonly object[] };
      assert.equal(type, "aws:iam/rolePolicy:RolePolicy");
      assert.deepEqual(Statement, [
        {
          Sid: "AssignAddresses",
          Effect: "Allow",
          Action: [
            "ec2:AssignIpv6Addresses",
            "ec2:DescribeInstances",
            "ec2:DescribeTags",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeInstanceTypes",
          ],
          Resource: ["*"],
        },
        {
          Sid: "TagInterfaces",
          Effect: "Allow",
          Action: ["ec2:CreateTags"],
          Resource: ["arn:aws:ec2:*:*:network-interface/*"],
        },
      ]);
    }
  });

  it("are of a family that there is", () => {
    const asked = (ipFamily: string): ReturnType<typeof readStackConfig> => {
      pulumi.runtime.setAllConfig({ "addresses:cluster": JSON.stringify({ name: "new", ipFamily }) });
      return readStackConfig(new pulumi.Config("addresses"));
    };

    assert.equal(asked("ipv6").newCluster?.ipFamily, "ipv6");
    assert.throws(() => asked("ipv5"), /cluster\.ipFamily: must be ipv4 or ipv6/);
  });
});
