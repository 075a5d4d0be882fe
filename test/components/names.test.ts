import assert from "node:assert/strict";
import type { Placement } from "#components/placement";
import { demoCluster, installed } from "#support/installation";
import type { Registered } from "#support/pulumi";

const called = (name: string, placement: Placement): Promise<readonly Registered[]> =>
  installed({ cluster: { ...demoCluster, name }, placement });

/**
 * Type → how long its name may be.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
 */
const longest: Readonly<Record<string, number>> = {
  "aws:iam/role:Role": 64,
  "aws:iam/policy:Policy": 128,
  "aws:iam/instanceProfile:InstanceProfile": 128,
  "aws:sqs/queue:Queue": 80,
  "aws:cloudwatch/eventRule:EventRule": 64,
  "aws:eks/fargateProfile:FargateProfile": 100,
  "aws:eks/nodeGroup:NodeGroup": 63,
};

const givenName = ({ inputs: { name } }: Registered): string | undefined =>
  typeof name === "string" ? name : undefined;
/** Pulumi adds a hyphen and seven digits where the program gives no name. */
const nameOf = (resource: Registered): string => givenName(resource) ?? `${resource.name}-1234567`;

describe("names in AWS", function () {
  this.timeout(30_000);

  for (const placement of [{ on: "fargate" }, { on: "group" }] as const) {
    it(`are within their limits for the longest name of a cluster, on ${placement.on}`, async () => {
      const named = (await called("c".repeat(100), placement)).filter(({ type }) => type in longest);

      const tooLong = named.filter((resource) => nameOf(resource).length > (longest[resource.type] ?? 0));
      assert.deepEqual(tooLong.map(nameOf), []);
      const types = new Set(named.map(({ type }) => type));
      assert.equal(types.size, Object.keys(longest).length - 1, [...types].join(", "));
    });
  }

  it("of two long clusters stay apart", async () => {
    const fixed = async (end: string): Promise<readonly string[]> =>
      (await called("c".repeat(99) + end, { on: "existing" })).flatMap((resource) =>
        resource.type in longest ? (givenName(resource) ?? []) : [],
      );

    const [one, other] = [await fixed("a"), await fixed("b")];
    assert.ok(one.length > 10, one.join(", "));
    assert.deepEqual(
      one.filter((name) => other.includes(name)),
      [],
    );
  });

  it("that fit are left as they are", async () => {
    const policies = (await called("c".repeat(85), { on: "existing" })).filter(({ type }) => type.endsWith(":Policy"));

    assert.equal(policies.length, 6);
    for (const policy of policies) assert.ok(nameOf(policy).endsWith(`-${"c".repeat(85)}`), nameOf(policy));
  });
});
