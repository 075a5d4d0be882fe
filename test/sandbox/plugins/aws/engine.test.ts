import assert from "node:assert/strict";
import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { DeleteQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import { listAccount, type Listing, listingChanges } from "#sandbox/aws/listing/listing";
import type { TestAccount } from "../../aws/account";
import type { Counts, Engine, TestStack } from "../engine";
import { onAccount } from "./engine";

const trust = (service: string): aws.iam.PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
});

interface Wanted {
  readonly retention?: number;
  readonly path?: string;
}

const roleOfThatName = (name: string): aws.iam.Role =>
  new aws.iam.Role(name, { name: "taken", assumeRolePolicy: trust("ec2.amazonaws.com") });

/** A role that may send to a queue, and one whose name is given. */
const program =
  ({ retention = 300, path = "/" }: Wanted = {}) =>
  (): Promise<Record<string, unknown>> => {
    const role = new aws.iam.Role("role", { assumeRolePolicy: trust("ec2.amazonaws.com"), path, tags: { team: "a" } });
    const queue = new aws.sqs.Queue("queue", { messageRetentionSeconds: retention });
    new aws.iam.RolePolicy("policy", {
      role,
      policy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: queue.arn }],
      },
    });
    roleOfThatName("first");
    const identity = aws.getCallerIdentityOutput();
    return Promise.resolve({ account: identity.accountId, role: role.name, arn: role.arn, url: queue.url });
  };

const changed = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([kind]) => kind !== "same"));

/** One program's life: each run of the engine is looked at by several tests, so they build on each other. */
describe("the aws plugin under the real engine", function () {
  this.timeout(180_000);
  let account: TestAccount;
  let engine: Engine;
  let stack: TestStack;
  let found: Listing;
  before(async () => {
    ({ account, engine } = await onAccount());
    stack = await engine.stack();
    found = await listAccount(account.aws);
  });

  const left = async (): Promise<string[]> => listingChanges(found, await listAccount(account.aws));

  it("makes nothing in a preview", async () => {
    assert.equal((await stack.preview(program()))["create"], 5);
    assert.deepEqual(await left(), []);
  });

  it("goes up, sees no drift, and goes up again without change", async () => {
    await stack.up(program());
    assert.equal(stack.output("account"), account.aws.accountId);
    assert.match(stack.output("role"), /^role-[0-9a-f]{7}$/);

    assert.deepEqual(changed(await stack.refresh()), {});
    assert.deepEqual(changed(await stack.up(program())), {});
  });

  it("fails with AWS's own words when a name is taken", async () => {
    const second = await engine.stack();
    const failure = await second.failure(() => {
      roleOfThatName("second");
      return Promise.resolve();
    });

    assert.match(failure, /Role with name taken already exists/);
  });

  it("sees what was changed or deleted behind its back, and brings it back", async () => {
    const { iam, sqs } = account.aws.clients;
    await sqs.send(new DeleteQueueCommand({ QueueUrl: stack.output("url") }));
    const PolicyDocument = JSON.stringify(trust("lambda.amazonaws.com"));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: stack.output("role"), PolicyDocument }));

    assert.deepEqual(changed(await stack.refresh()), { delete: 1, update: 1 });
    const repaired = await stack.up(program());
    assert.equal(repaired["create"], 1, "the queue");
    assert.ok((repaired["update"] ?? 0) >= 1, "the role, and the policy that names the queue");
    assert.equal((await sqs.send(new ListQueuesCommand({}))).QueueUrls?.length, 1);
  });

  it("updates in place what can be, and replaces what cannot", async () => {
    const old = { arn: stack.output("arn"), url: stack.output("url") };
    const counts = changed(await stack.up(program({ retention: 600, path: "/team/" })));

    assert.deepEqual(counts, { update: 1, replace: 2 }, "the queue; the role, and the policy in it");
    assert.equal(stack.output("url"), old.url);
    assert.notEqual(stack.output("arn"), old.arn);
    assert.match(stack.output("arn"), /:role\/team\/role-[0-9a-f]{7}$/);
  });

  it("leaves nothing when it is destroyed", async () => {
    await stack.destroy();
    assert.deepEqual(await left(), []);
  });
});
